package import FoundationEssentials
internal import SwiftASN1
internal import System

/// The period of validity of an X.509 certificate.
package struct Certificate: Hashable, Sendable {
    /// Why there is no certificate in a file.
    package struct Unreadable: Error, Hashable, Sendable, CustomStringConvertible {
        /// Whether the file itself can't be read.
        package var isFile = false
        /// One line: which file, and why.
        package var description: String
    }

    /// The beginning of its validity.
    package var start: Date
    /// The end of its validity.
    package var end: Date

    /// Creates a certificate that is valid from `start` until `end`.
    package init(start: Date, end: Date) {
        (self.start, self.end) = (start, end)
    }

    /// The certificates in the PEM file at `path`.
    ///
    /// - Throws: ``Unreadable`` if the file can't be read or has no certificate; the reason does not quote its
    ///   contents.
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

    /// The certificates in `text`, in order; anything else, such as a key, is skipped.
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

    /// Parses the validity (RFC 5280, section 4.1) and skips the rest.
    private init(der: [UInt8]) throws {
        let certificate = try DER.parse(der)
        let validity = try DER.sequence(certificate, identifier: .sequence) { fields -> ASN1Node? in
            let signed = fields.next()
            while fields.next() != nil {}
            guard let signed, case .constructed(let nodes) = signed.content else { return nil }
            // The version may be missing and is the only field with its own tag; then follow serial number, algorithm
            // and issuer.
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
