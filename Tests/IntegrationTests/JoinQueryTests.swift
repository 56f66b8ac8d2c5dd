import Testing

extension PeerIntegrationTests {
    /// The queries of `docs/queries`, which other tests run.
    @Suite struct JoinQueryTests {
        @Test(arguments: ["client-wait", "requests-per-connection"])
        func `the README shows the query that is tested`(name: String) throws {
            let section = try Readme.section("Whose connections")
            let code = section.filter { $0.hasPrefix("    ") }.map { $0.dropFirst(4) }.joined(separator: "\n")
            let query = try JoinQuery(name).text.split(separator: "\n").joined(separator: "\n")
            #expect(code.contains(query))
        }
    }
}
