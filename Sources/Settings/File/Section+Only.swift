import Configuration

/// Keys that may only ask for what is done anyway.
extension Section {
    /// Accepts `value` at `key`, and refuses the other one.
    mutating func only(_ value: Bool, at key: String) {
        guard let given = bool(key), given != value else { return }
        refuse(key, "only \(value) can be followed here; leave it out")
    }

    /// Accepts a choice of names, in `included` and `excluded`, only if it is all of them.
    mutating func onlyEverything() {
        let included = strings("included")
        if let included, !included.contains(where: { $0.text == "*" }) {
            refuse("included", "a choice can't be followed here, only all of them; leave it out")
        }
        if let excluded = strings("excluded"), !excluded.isEmpty {
            refuse("excluded", "a choice can't be followed here, only all of them; leave it out")
        }
    }

    /// Accepts a choice of names, in `included` and `excluded`, only if it is none of them.
    mutating func onlyNothing() {
        let included = strings("included")
        let excluded = strings("excluded") ?? []
        guard included?.isEmpty ?? false || excluded.contains(where: { $0.text == "*" }) else {
            refuse(has("included") ? "included" : "excluded", "only none can be followed here; leave it out")
            return
        }
    }
}
