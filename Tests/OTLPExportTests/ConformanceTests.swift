import Foundation
import Testing

/// The list of points, the tests that prove them, and the reasons for points without a test.
@Suite struct ConformanceTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func numbers(in text: some StringProtocol) -> [Int] {
        text.split { !$0.isNumber }.compactMap { Int($0) }
    }

    /// The numbers in the names of all tests.
    private func proved() throws -> Set<Int> {
        let files = try #require(
            FileManager.default.enumerator(at: Self.root.appending(path: "Tests"), includingPropertiesForKeys: nil)
        )
        var proved: Set<Int> = []
        for case let file as URL in files where file.pathExtension == "swift" {
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            where line.contains("func `") {
                guard let mark = line.range(of: "(conformance ") else { continue }
                proved.formUnion(numbers(in: line[mark.upperBound...].prefix { $0 != ")" }))
            }
        }
        return proved
    }

    /// The numbers in the first column of the table in CONTRIBUTING.md.
    private func excused() throws -> Set<Int> {
        let text = try String(contentsOf: Self.root.appending(path: "CONTRIBUTING.md"), encoding: .utf8)
        let section = text.components(separatedBy: "\n## ").first { $0.hasPrefix("Conformance") }
        let rows = try #require(section).split(separator: "\n").filter { $0.hasPrefix("| ") }
        return Set(rows.flatMap { numbers(in: $0.dropFirst(2).prefix { $0 != "|" }) })
    }

    @Test func `every point of the list is proved by a test or has a reason, and not both`() throws {
        let list = try String(contentsOf: Self.root.appending(path: "Tests/Conformance.md"), encoding: .utf8)
        let points = list.split(separator: "\n").compactMap { line in
            line.first?.isNumber == true ? Int(line.prefix { $0.isNumber }) : nil
        }
        #expect(points == Array(1...116))
        let (proved, excused) = (try proved(), try excused())
        #expect(Set(points).subtracting(proved).subtracting(excused).sorted() == [])
        #expect(proved.intersection(excused).sorted() == [])
        #expect(proved.union(excused).subtracting(points).sorted() == [])
    }
}
