import OTLP
import Testing

@Suite struct ResponseTests {
    @Test func `full success has no bytes`() throws {
        #expect(ExportResponse().encode().isEmpty)
        #expect(try ExportResponse.decode([]) == ExportResponse())
    }

    @Test func `an empty partial success is full success`() throws {
        #expect(try ExportResponse.decode([0x0A, 0x00]) == ExportResponse())
    }

    @Test func `partial success is written byte for byte`() {
        let response = ExportResponse(rejectedDataPoints: 300, errorMessage: "no")
        #expect(response.encode() == [0x0A, 0x07, 0x08, 0xAC, 0x02, 0x12, 0x02, 0x6E, 0x6F])
    }

    @Test(arguments: [0, 1, -1, .max, .min] as [Int64], ["", "why"])
    func `a response comes back`(rejected: Int64, message: String) throws {
        let response = ExportResponse(rejectedDataPoints: rejected, errorMessage: message)
        #expect(try ExportResponse.decode(response.encode()) == response)
    }

    @Test func `a status is written byte for byte`() {
        #expect(RPCStatus(code: 3, message: "no").encode() == [0x08, 0x03, 0x12, 0x02, 0x6E, 0x6F])
    }

    @Test(arguments: [0, 3, .max, .min] as [Int32], ["", "why"])
    func `a status comes back`(code: Int32, message: String) throws {
        let status = RPCStatus(code: code, message: message)
        #expect(try RPCStatus.decode(status.encode()) == status)
    }

    @Test func `a status may have details`() throws {
        let details = Field.bytes(3, Field.text(1, "type.googleapis.com/google.rpc.RetryInfo") + Field.bytes(2, [0]))
        #expect(try RPCStatus.decode(Field.int(1, 14) + details) == RPCStatus(code: 14, message: ""))
    }
}
