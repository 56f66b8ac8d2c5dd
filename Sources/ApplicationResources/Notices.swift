internal import Metrics
internal import System

/// The lines for the log about what applications say.
///
/// They show texts of applications, which may be hostile, so these are shortened and made printable.
enum Notices {
    /// Reading has stopped.
    static let exhausted = """
        too many processes block their readers, so no application is asked any more which service it is until some of \
        them end
        """

    /// Some processes can't be read; that is the same for many workloads, so it is not said of each.
    static let denied = """
        some processes can't be asked which service they are, because the kernel does not allow it ("tcplens doctor" \
        says why); their workloads are called by their own names
        """

    /// What there is to say about a workload.
    static func lines(
        about workload: ObservedWorkload,
        _ candidate: Candidate,
        _ decision: IdentityClaims.Decision,
        holder: WorkloadName?,
        refusals: RefusalCounts
    ) -> [String] {
        var lines: [String] = []
        for (key, values) in candidate.agreement.disagreements.sorted(by: { $0.key < $1.key }) {
            lines.append(disagreement(workload.name, key, values))
        }
        if decision.isRefused, let said = candidate.agreement.attributes["service.instance.id"]?.description {
            let other = holder.map { "\($0)" } ?? "another workload or the agent"
            lines.append(
                """
                \(workload.name) says that it is the instance "\(said.printable(limit: 64))" of the service \
                "\(name(of: candidate))", but that is \(other); it gets an instance of its own
                """
            )
        }
        for refusal in Refusal.allCases where refusal != .noAccess && refusals.refusals.contains(refusal) {
            lines.append("not all that \(workload.name) says of its service is taken: \(refusal.rawValue)")
        }
        return lines
    }

    private static func disagreement(_ workload: WorkloadName, _ key: String, _ values: Set<String>) -> String {
        if key == "service.instance.id" {
            return "the processes of \(workload) are several instances of its service; their sockets get one of its own"
        }
        let texts = values.sorted().prefix(3).map { "\"\($0.printable(limit: 64))\"" }.joined(separator: ", ")
        let others = values.count > 3 ? " and others" : ""
        return """
            the processes of \(workload) do not agree on \(key.printable(limit: 64)) (\(texts)\(others)), so it is not \
            taken
            """
    }

    private static func name(of candidate: Candidate) -> String {
        (candidate.service["service.name"]?.description ?? "").printable(limit: 64)
    }
}
