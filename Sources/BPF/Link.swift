internal import Glibc

/// A program's attachment to its hook; it ends when this goes out of scope.
package struct Link: ~Copyable {
    /// The file descriptor, open as long as this.
    let descriptor: CInt

    deinit {
        close(descriptor)
    }
}
