internal import CLibbpf

/// A program's attachment to its hook; it ends when this goes out of scope.
@safe
package struct Link: ~Copyable {
    /// libbpf's handle; valid until `deinit` destroys it, and never handed out.
    private let link: OpaquePointer

    /// Takes over `link`.
    init(_ link: OpaquePointer) {
        unsafe self.link = unsafe link
    }

    deinit {
        _ = unsafe bpf_link__destroy(link)
    }

    /// The link's file descriptor, open as long as the link.
    var descriptor: CInt {
        unsafe bpf_link__fd(link)
    }
}
