/// A number that says how TCP is doing, computed from metrics for each group of series.
package indirect enum Signal: Hashable, Sendable {
    /// The sum of what is there now.
    case sum(Selector)
    /// The greatest value of the last range.
    case peak(Selector)
    /// The smallest sum of the last range: what was there all the time.
    case lasting(Selector)
    /// Events per second over the last range.
    case rate(Selector)
    /// The quantile of a histogram over the last range.
    case quantile(Double, Selector)
    /// The part that the first is of the second; both have the same groups, or the second has fewer.
    case share(Signal, of: Signal)

    /// The attributes that tell the groups apart.
    package var groups: [String] {
        switch self {
        case .sum(let selector), .peak(let selector), .lasting(let selector), .rate(let selector),
            .quantile(_, let selector):
            selector.groups
        case .share(let part, _): part.groups
        }
    }

    /// The selectors, the first of a share first.
    package var selectors: [Selector] {
        switch self {
        case .sum(let selector), .peak(let selector), .lasting(let selector), .rate(let selector),
            .quantile(_, let selector):
            [selector]
        case .share(let part, let whole): part.selectors + whole.selectors
        }
    }
}
