/// Something that reads bytes from outside, and what must hold for any bytes.
package struct FuzzTarget: Sendable, CustomStringConvertible {
    /// Its name, which is also that of its folder in `Tests/Fuzzing/corpus`.
    package let name: String
    /// The most bytes that are worth trying.
    package let sizeLimit: Int
    private let body: @Sendable (_ bytes: [UInt8]) throws -> Void

    /// Creates a target.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - sizeLimit: The most bytes that are worth trying.
    ///   - body: Reads the bytes. What it throws ends the attempt like a refusal of the bytes, except a ``Violation``.
    init(_ name: String, sizeLimit: Int = 4096, body: @escaping @Sendable (_ bytes: [UInt8]) throws -> Void) {
        (self.name, self.sizeLimit, self.body) = (name, sizeLimit, body)
    }

    /// Its name.
    package var description: String { name }

    /// Reads `bytes`.
    ///
    /// - Throws: ``Violation`` if something does not hold.
    package func read(_ bytes: [UInt8]) throws {
        do {
            try body(bytes)
        } catch let violation as Violation {
            throw violation
        } catch {
            // Bytes may be refused.
        }
    }
}

/// Something does not hold for the bytes that were read.
package struct Violation: Error, CustomStringConvertible {
    /// What should hold.
    package let description: String
}

/// Throws a ``Violation`` unless `condition` holds.
func expect(_ condition: Bool, _ text: @autoclosure () -> String) throws {
    guard condition else { throw Violation(description: text()) }
}
