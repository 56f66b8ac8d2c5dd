import Testing

/// Tests of the program with the real kernel and real peers, in network namespaces of their own.
///
/// They run one at a time, because some look at all programs that the kernel has loaded.
@Suite(.serialized) struct IntegrationTests {}
