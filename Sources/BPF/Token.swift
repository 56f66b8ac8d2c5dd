internal import CLibbpf
internal import Glibc

/// A BPF token: it allows parts of BPF in a user namespace, without a capability of the host (since 6.9).
///
/// libbpf takes one by itself for an ``Object`` (since 1.4), from the same place. This is for the calls that do not go
/// through an object.
package enum Token {
    /// Where the token comes from: the BPF file system that libbpf looks at.
    package static var mount: String {
        unsafe getenv("LIBBPF_BPF_TOKEN_PATH").map { unsafe String(cString: $0) } ?? "/sys/fs/bpf"
    }

    /// The token or the number of the error, found out once; open until the process ends.
    package static let made: (descriptor: CInt?, code: CInt) = {
        let directory = unsafe open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return (nil, errno) }
        defer { close(directory) }
        let token = token_create(directory)
        return token >= 0 ? (token, 0) : (nil, -token)
    }()

    /// Makes a map, with the token if there is one.
    ///
    /// Returns its descriptor, or the negative error number.
    static func makeMap(_ type: bpf_map_type, _ name: String, key: UInt32, value: UInt32, entries: UInt32) -> CInt {
        guard let token = made.descriptor else { return unsafe bpf_map_create(type, name, key, value, entries, nil) }
        return unsafe token_map_create(type, name, key, value, entries, token)
    }
}
