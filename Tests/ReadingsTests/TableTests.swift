import Readings
import Testing

/// Which row of a table has which values.
@Suite struct TableTests {
    @Test(arguments: Counter.allCases) func `each row has its place, and each place its row`(counter: Counter) {
        let places = (0..<counter.rowCount).map { counter.coordinates(of: $0) }
        #expect(Set(places).count == counter.rowCount)
        for (row, place) in places.enumerated() {
            let next = zip(counter.dimensions, place).reduce(0) { $0 * $1.0.count + $1.1 }
            #expect(next == row)
            #expect(zip(place, counter.dimensions).allSatisfy { $0 < $1.count })
        }
    }

    @Test func `a row of all values is where their places say`() {
        let row = Counter.handshakes.row(HandshakeRole.server, NetworkType.ipv6, HandshakeOutcome.refused)
        #expect(
            Counter.handshakes.coordinates(of: row) == [
                HandshakeRole.server.index, NetworkType.ipv6.index, HandshakeOutcome.refused.index,
            ]
        )
    }

    @Test func `missing values at the end are the first of their dimension`() {
        #expect(
            Counter.resets.row(IODirection.receive)
                == Counter.resets.row(IODirection.receive, NetworkType.allCases.first ?? .ipv4)
        )
        #expect(Counter.resets.row(IODirection.receive) != Counter.resets.row(IODirection.transmit))
    }
}
