import Foundation
import System
import Testing

@Suite struct EnvironmentTests {
    @Test func `removed variables are gone, and others stay`() {
        let (gone, kept) = ("TCPLENS_TEST_GONE", "TCPLENS_TEST_KEPT")
        for name in [gone, kept] { _ = unsafe setenv(name, "a b", 1) }
        #expect(Environment.variables([gone, kept, "TCPLENS_TEST_NEVER"]) == [gone: "a b", kept: "a b"])
        Environment.remove([gone])
        #expect(Environment.variables([gone, kept]) == [kept: "a b"])
        _ = unsafe unsetenv(kept)
    }
}
