internal import Glibc

/// Who could change a file, besides root and the user of this process.
package struct OtherWriters: Sendable {
    /// Who could: `user 1000`, `its group`, `everybody`, or several of these.
    package var names: String
    /// The command after which they no longer can.
    package var remedy: String

    /// Examines a file and follows links; nil if nobody else could change it.
    ///
    /// Devices are nobody's, so they are not examined. Neither are the directories above: whoever can replace the file
    /// there is not found.
    ///
    /// - Parameters:
    ///   - path: Its path.
    ///   - trusted: Another user who may write to it: the one who became root by `sudo`.
    package init?(of path: String, trusting trusted: UInt32? = nil) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        let kind = status.st_mode & S_IFMT
        guard kind == S_IFREG || kind == S_IFIFO else { return nil }
        let isOwn = [0, geteuid(), trusted, Self.unmappedUser].contains(status.st_uid)
        let canGroup = status.st_mode & S_IWGRP != 0
        let canAll = status.st_mode & S_IWOTH != 0
        guard !isOwn || canGroup || canAll else { return nil }
        names = [isOwn ? nil : "user \(status.st_uid)", canGroup ? "its group" : nil, canAll ? "everybody" : nil]
            .compactMap(\.self).joined(separator: ", ")
        // A service may have another user each time (DynamicUser), and root is always trusted.
        let quoted = "'\(path.replacing("'", with: #"'\''"#))'"
        remedy = [isOwn ? nil : "chown root \(quoted)", canGroup || canAll ? "chmod go-w \(quoted)" : nil]
            .compactMap(\.self).joined(separator: " && ")
    }

    /// Whom files appear to belong to if their users, such as root of the machine, are not known to this container;
    /// nil where all are known.
    private static var unmappedUser: UInt32? {
        guard let map = try? FileDescriptor(file: "/proc/self/uid_map").read(4096) else { return nil }
        let fields = String(decoding: map, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        return fields == ["0", "0", "4294967295"] ? nil : 65_534
    }
}
