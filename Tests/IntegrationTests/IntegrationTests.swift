import Testing

/// The program against the real kernel and real peers, in namespaces of the tests' own.
///
/// One test at a time: some look at what all of the kernel has loaded.
@Suite(.serialized) struct IntegrationTests {}
