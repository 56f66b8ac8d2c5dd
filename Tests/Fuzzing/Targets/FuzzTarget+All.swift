extension FuzzTarget {
    /// Every target.
    package static let all: [FuzzTarget] = [
        otlpRequest, otlpJSON, otlpResponse, httpRequest, httpResponse, accept, yaml, configuration, environment,
        headers, resourceAttributes, endpoint, proxyExceptions, cgroupPath, processContext, processEnvironment,
        processStatus, processMaps, counters, mountInfo, spoolSegment, ringRecord, addressBlock, promQL, gzip,
        brokerRequest,
    ]
}
