internal import CLibbpf

extension LoadedObject.MapDescription {
    /// An array for all CPUs, or for each.
    package static func array(_ name: String, valueSize: Int, isPerCPU: Bool = false) -> Self {
        let kind = isPerCPU ? BPF_MAP_TYPE_PERCPU_ARRAY : BPF_MAP_TYPE_ARRAY
        return Self(name: name, kind: kind.rawValue, keySize: 4, valueSize: valueSize, capacity: 1)
    }

    /// A hash with numbers as keys.
    package static func hash(_ name: String, valueSize: Int, capacity: Int) -> Self {
        Self(name: name, kind: BPF_MAP_TYPE_HASH.rawValue, keySize: 4, valueSize: valueSize, capacity: capacity)
    }
}

extension LoadedObject.Description {
    /// Maps that are known without having loaded them.
    package init(name: String, known maps: [LoadedObject.MapDescription]) {
        self.init(name: name, maps: maps, programs: [])
    }
}
