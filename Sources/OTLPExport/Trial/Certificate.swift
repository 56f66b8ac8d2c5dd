package import FoundationEssentials
internal import SwiftASN1
internal import System

/// What people want to know of an X.509 certificate: from when until when it holds.
package struct Certificate: Hashable, Sendable {
    /// Why a file gives no certificate.
    package struct Unreadable: Error, Hashable, Sendable, CustomStringConvertible {
        /// Whether the file itself can't be read, by anybody like this process.
        package var isFile = false
        /// One line: which file and why.
        package var description: String
    }

    /// When it begins to hold.
    package var start: Date
    /// When it ends to hold.
    package var end: Date

    /// Creates a certificate that holds from `start` until `end`.
    package init(start: Date, end: Date) {
        (self.start, self.end) = (start, end)
    }

    /// The certificates in the file at `path`, which is PEM.
    ///
    /// - Throws: ``Unreadable`` when the file can't be read or there is none in it; no contents are in the reason.
    package static func list(ofFile path: String) throws(Unreadable) -> [Certificate] {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw Unreadable(isFile: true, description: "\(path.printable()): \(reason(error))")
        }
        let certificates = list(in: String(decoding: bytes, as: UTF8.self))
        guard !certificates.isEmpty else {
            throw Unreadable(description: "\(path.printable()): there is no certificate (PEM) in it")
        }
        return certificates
    }

    /// The certificates in `text`, in their order; what is none, as a key, is passed over.
    static func list(in text: String) -> [Certificate] {
        let documents = (try? PEMDocument.parseMultiple(pemString: text)) ?? []
        return documents.filter { $0.discriminator.hasSuffix("CERTIFICATE") }.compactMap { document in
            try? Certificate(der: document.derBytes)
        }
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? CocoaError else { return "\(error)" }
        return switch error.code {
        case .fileReadNoSuchFile: "there is no such file"
        case .fileReadNoPermission: "it may not be read by this user"
        default: "it can't be read"
        }
    }

    /// Reads the validity of RFC 5280, section 4.1, and skips the rest.
    private init(der: [UInt8]) throws {
        let certificate = try DER.parse(der)
        let validity = try DER.sequence(certificate, identifier: .sequence) { fields -> ASN1Node? in
            let signed = fields.next()
            while fields.next() != nil {}
            guard let signed, case .constructed(let nodes) = signed.content else { return nil }
            // Version, which may be missing and is the only one with a tag of its own, serial number, algorithm, issuer.
            let untagged = nodes.filter { $0.identifier.tagClass == .universal }
            return untagged.dropFirst(3).first
        }
        guard let validity else { throw Unreadable(description: "no certificate") }
        (start, end) = try DER.sequence(validity, identifier: .sequence) { times in
            (try Self.date(times.next()), try Self.date(times.next()))
        }
    }

    private static func date(_ node: ASN1Node?) throws -> Date {
        guard let node else { throw Unreadable(description: "no time") }
        var components = DateComponents(calendar: Calendar(identifier: .gregorian), timeZone: .gmt)
        if node.identifier == .utcTime {
            let time = try UTCTime(derEncoded: node)
            (components.year, components.month, components.day) = (time.year, time.month, time.day)
            (components.hour, components.minute, components.second) = (time.hours, time.minutes, time.seconds)
        } else {
            let time = try GeneralizedTime(derEncoded: node)
            (components.year, components.month, components.day) = (time.year, time.month, time.day)
            (components.hour, components.minute, components.second) = (time.hours, time.minutes, time.seconds)
        }
        guard let date = components.date else { throw Unreadable(description: "no date") }
        return date
    }
}
