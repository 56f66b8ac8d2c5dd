import Testing

/// Tests of the program that look at the whole machine: all namespaces, control groups, workloads, containers.
///
/// Tests of each of these three suites run one at a time. The suites run beside each other, because most of the time a
/// test waits.
@Suite(.serialized) struct IntegrationTests {}

/// Tests of the program with connections in network namespaces of their own.
@Suite(.serialized) struct TrafficIntegrationTests {}

/// Tests of the program with Collectors, Prometheus, other backends, clients and service managers.
@Suite(.serialized) struct PeerIntegrationTests {}
