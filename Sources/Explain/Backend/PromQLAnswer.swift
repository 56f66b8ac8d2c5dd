internal import FoundationEssentials

/// An answer of Prometheus' HTTP API to an instant query.
struct PromQLAnswer: Decodable {
    /// `success` or `error`.
    var status: String
    /// What was found.
    var data: Content?
    /// The kind of an error, such as `bad_data`.
    var errorType: String?
    /// The error in words.
    var error: String?

    /// What was found.
    struct Content: Decodable {
        /// `vector` for values of series.
        var resultType: String
        /// The series with their values.
        var result: [Row]

        private enum Key: String, CodingKey { case resultType, result }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            resultType = try container.decode(String.self, forKey: .resultType)
            result = resultType == "vector" ? try container.decode([Row].self, forKey: .result) : []
        }
    }

    /// A series with its value.
    struct Row: Decodable {
        /// Its labels.
        var metric: [String: String]
        /// When the value was valid, in seconds since 1970.
        var time: Double
        /// The value, which may be NaN or infinite.
        var value: Double

        private enum Key: String, CodingKey { case metric, value }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            // An answer with many series must not become many times as large by what it does not say.
            metric = try container.decode([String: String].self, forKey: .metric)
            var pair = try container.nestedUnkeyedContainer(forKey: .value)
            time = try pair.decode(Double.self)
            let text = try pair.decode(String.self)
            guard let value = Self.number(text) else {
                throw DecodingError.dataCorruptedError(in: pair, debugDescription: "'\(text)' is no number")
            }
            self.value = value
        }

        /// A number as Prometheus writes it.
        private static func number(_ text: String) -> Double? {
            switch text {
            case "NaN": .nan
            case "+Inf", "Inf": .infinity
            case "-Inf": -.infinity
            default: text.allSatisfy { $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) } ? Double(text) : nil
            }
        }
    }

    /// Reads an answer.
    ///
    /// - Parameter body: The body of the response.
    /// - Returns: The answer; nil if the body is something else.
    static func read(_ body: [UInt8]) -> PromQLAnswer? {
        try? JSONDecoder().decode(PromQLAnswer.self, from: Data(body))
    }
}
