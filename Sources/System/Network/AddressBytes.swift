internal import Glibc

/// Network addresses as the kernel keeps them.
package enum AddressBytes {
    /// The 4 bytes of an IPv4 address or the 16 of an IPv6 address, in network byte order; `nil` if `text` is not an
    /// address.
    package static func parse(_ text: String) -> [UInt8]? {
        for (family, size) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: size)
            if unsafe inet_pton(family, text, &bytes) == 1 { return bytes }
        }
        return nil
    }
}
