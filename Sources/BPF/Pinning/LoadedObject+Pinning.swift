internal import CLibbpf
internal import Glibc

/// Where the parts of an object are pinned in a directory.
///
/// The kernel refuses names with a dot.
package enum PinName {
    /// That of a map.
    package static func map(_ name: String) -> String { name }

    /// That of a program.
    package static func program(_ name: String) -> String { "program_\(name)" }

    /// That of the link that attaches a program.
    package static func link(_ program: String) -> String { "link_\(program)" }

    /// That of a block of counters.
    package static func block(_ number: Int) -> String { "block_\(number)" }
}

extension LoadedObject {
    /// Pins its maps and programs in a directory of a BPF file system.
    ///
    /// - Throws: ``BPFError`` when the kernel refuses.
    package func pin(in directory: String) throws(BPFError) {
        for (name, descriptor) in zip(description.pinNames, descriptors) {
            try Pin.keep(descriptor, at: "\(directory)/\(name)")
        }
    }

    /// Opens what is pinned in a directory.
    ///
    /// - Parameters:
    ///   - description: What is there.
    ///   - links: The programs that are attached.
    ///   - directory: The directory.
    /// - Throws: ``BPFError`` when something is missing or the kernel refuses.
    package convenience init(_ description: Description, links: [String], in directory: String) throws(BPFError) {
        var descriptors: [CInt] = []
        do throws(BPFError) {
            for name in description.pinNames + links.map(PinName.link) {
                descriptors.append(try Pin.open("\(directory)/\(name)"))
            }
            // A name says nothing of what is there.
            for (map, descriptor) in zip(description.maps, descriptors) { try map.expect(descriptor) }
        } catch {
            for descriptor in descriptors { close(descriptor) }
            throw error
        }
        let parts = descriptors.prefix(description.descriptorCount)
        let rest = descriptors.dropFirst(description.descriptorCount)
        self.init(description, Array(parts), links: Dictionary(zip(links, rest)) { first, _ in first })
    }

    /// The descriptor of a map, which is open as long as this.
    ///
    /// - Throws: ``BPFError`` when there is no such map.
    package func descriptor(of map: String) throws(BPFError) -> CInt { try find(map: map).descriptor }

    /// The descriptors of the links, in the order of their programs.
    package var linkDescriptors: [(program: String, descriptor: CInt)] {
        links.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

extension LoadedObject.Description {
    /// The names of the programs that events run, which stay attached while their links are open.
    package var eventPrograms: [String] { programs.filter { $0.hook.hasPrefix("tp_btf/") }.map(\.name) }

    /// The names of the maps, in the order of their descriptors.
    package var mapNames: [String] { maps.map(\.name) }

    /// The names of the programs.
    package var programNames: [String] { programs.map(\.name) }

    /// The names of the pins, in the order of the descriptors.
    package var pinNames: [String] {
        maps.map { PinName.map($0.name) } + programs.map { PinName.program($0.name) }
    }
}

extension Link {
    /// Passes its descriptor to `body`.
    package func withDescriptor<Failure>(_ body: (CInt) throws(Failure) -> Void) throws(Failure) {
        try body(descriptor)
    }
}

extension LoadedObject.MapDescription {
    /// Checks that a map is what this describes.
    ///
    /// - Throws: ``BPFError`` if it is not.
    package func expect(_ descriptor: CInt) throws(BPFError) {
        var info = bpf_map_info()
        var size = UInt32(MemoryLayout<bpf_map_info>.size)
        let code = unsafe bpf_obj_get_info_by_fd(descriptor, &info, &size)
        guard code == 0 else { throw BPFError(operation: "look at the map \(name)", code: -code) }
        guard info.type == kind, info.key_size == keySize, info.value_size == valueSize, info.max_entries == capacity
        else { throw BPFError(operation: "adopt the map \(name), which has another form", code: EINVAL) }
    }
}
