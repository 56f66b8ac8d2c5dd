import SnapshotView
import Testing

@testable import Commands

/// How `--by` of `tcplens snapshot` is read.
@Suite struct SnapshotGroupingsTests {
    @Test(arguments: ["%", "%,", ",%", "%, ", " ,\t%\n, \n", "%,,"])
    func `blank members of the list are none`(form: String) throws {
        #expect(try SnapshotGroupings(form.replacing("%", with: "port")).groupings == [.port])
    }

    @Test func `several groupings are one list, each of them once`() throws {
        let lists = try [SnapshotGroupings("port,listener"), SnapshotGroupings("container"), SnapshotGroupings("port")]
        #expect(lists.distinct == [.port, .listener, .container])
        for text in ["", ",", " ", "ports", "port container"] {
            #expect(throws: (any Error).self) { try SnapshotGroupings(text) }
        }
    }
}
