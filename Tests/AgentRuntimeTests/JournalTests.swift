import CommandSupport
import Foundation
import Logging
import System
import Testing

@Suite struct JournalTests {
    @Test func `each line has the severity of its level`() {
        let levels: [(Logger.Level, Int)] = [
            (.trace, 7), (.debug, 7), (.info, 6), (.notice, 5), (.warning, 4), (.error, 3), (.critical, 2),
        ]
        #expect(levels.map(\.0) == Logger.Level.allCases)
        for (level, severity) in levels {
            #expect(Journal.lines("a", at: level) == "<\(severity)>a\n")
        }
        #expect(Journal.lines("a\nb\n", at: .error) == "<3>a\n<3>b\n")
    }

    @Test func `standard error is the journal if its device and inode are those of the variable`() throws {
        var status = stat()
        try #require(unsafe fstat(2, &status) == 0)
        #expect(StandardStream.error.isJournal("\(status.st_dev):\(status.st_ino)"))
        for other in [nil, "", "0:0", "\(status.st_dev):\(status.st_ino + 1)", "\(status.st_dev):\(status.st_ino) "] {
            #expect(!StandardStream.error.isJournal(other))
        }
    }
}
