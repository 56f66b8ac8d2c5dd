internal import Readings

/// Where each row of a table is in an array of the kernel.
struct KernelLayout: Sendable {
    /// For each row of the table, the rows of the array that add up to it.
    let places: [[Int]]

    /// Creates the layout of a table.
    ///
    /// - Parameters:
    ///   - id: The table.
    ///   - place: The indexes in the array, from the kernel's numbers of the values; none for a row that it does not
    /// count.
    init(_ id: some TableID, _ place: (_ numbers: [UInt32]) -> [UInt32]) {
        places = (0..<id.rowCount).map { row in
            let numbers = zip(id.dimensions, id.coordinates(of: row)).map { UInt32($0.values[$1].rawValue) }
            return place(numbers).map(Int.init)
        }
    }

    /// The rows of the table.
    ///
    /// Rows that the array lacks are zero.
    func table(_ array: [UInt64]) -> [UInt64] {
        places.map { $0.reduce(0) { $0 &+ (array.indices.contains($1) ? array[$1] : 0) } }
    }
}
