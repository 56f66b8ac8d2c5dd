import Foundation
import Testing

@testable import System

@Suite struct NameClaimTests {
    @Test func `a name is one process's at a time, and free when it is given up`() {
        let name = "tcplens-test/\(UUID().uuidString)"
        var held: NameClaim?
        if case .held(let claim) = NameClaim.claim(name) { held = claim }
        #expect(held != nil)
        guard case .taken = NameClaim.claim(name) else {
            Issue.record("it was given twice")
            return
        }
        guard case .held = NameClaim.claim(name + "/other") else {
            Issue.record("another name is not free")
            return
        }
        withExtendedLifetime(held) {}
        held = nil
        guard case .held = NameClaim.claim(name) else {
            Issue.record("it was not given back")
            return
        }
    }

    @Test func `a long name is cut, and no error`() {
        let name = UUID().uuidString + String(repeating: "x", count: 500)
        guard case .held = NameClaim.claim(name) else {
            Issue.record("it was refused")
            return
        }
    }
}
