// SPDX-License-Identifier: Apache-2.0
/*
 * Encodes workload W with OpenTelemetry's SDK of C++: encode ROUNDS REQUESTS OUTPUT
 *
 * From the SDK's data to bytes, as its exporter does it: an arena for the messages, and a buffer that is kept. Prints the
 * nanoseconds of processor time of a point in each round as JSON, and writes the bytes of the first request.
 */
#include <google/protobuf/arena.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "opentelemetry/exporters/otlp/otlp_metric_utils.h"
#include "opentelemetry/sdk/instrumentationscope/instrumentation_scope.h"
#include "opentelemetry/sdk/metrics/data/metric_data.h"
#include "opentelemetry/sdk/metrics/export/metric_producer.h"
#include "opentelemetry/sdk/resource/resource.h"

#include "opentelemetry/exporters/otlp/protobuf_include_prefix.h"
#include "opentelemetry/proto/collector/metrics/v1/metrics_service.pb.h"
#include "opentelemetry/exporters/otlp/protobuf_include_suffix.h"

namespace metrics = opentelemetry::sdk::metrics;
using Request = opentelemetry::proto::collector::metrics::v1::ExportMetricsServiceRequest;
using Labels = std::map<std::string, std::string>;

static const uint64_t start = 1790000000000000000;
static const char *const states[] = {"closed", "close_wait", "closing", "established", "fin_wait_1", "fin_wait_2",
                                     "last_ack", "listen", "syn_received", "syn_sent", "time_wait"};
enum { GAUGES = 1100, SUMS = 1000, HISTOGRAMS = 100, BUCKETS = 40, POINTS = GAUGES + SUMS + HISTOGRAMS };

static metrics::PointAttributes attributes(const Labels &labels)
{
    metrics::PointAttributes result;

    for (const auto &[key, value] : labels)
        result.SetAttribute(key, value);
    return result;
}

static opentelemetry::common::SystemTimestamp timestamp(uint64_t nanoseconds)
{
    return opentelemetry::common::SystemTimestamp(std::chrono::nanoseconds(nanoseconds));
}

static std::string port(int index) { return std::to_string(10000 + index); }
static std::string family(int number) { return number % 2 ? "ipv6" : "ipv4"; }
static double middle(int bucket) { return std::exp2((-80 + bucket + 0.5) / 8); }

static metrics::MetricData metric(const char *name, const char *description, const char *unit,
                                  metrics::InstrumentType type, metrics::InstrumentValueType value)
{
    metrics::MetricData data;

    data.instrument_descriptor = {name, description, unit, type, value};
    data.aggregation_temporality = metrics::AggregationTemporality::kCumulative;
    data.start_ts = timestamp(start);
    return data;
}

static metrics::PointDataAttributes histogram(int index)
{
    metrics::Base2ExponentialHistogramPointData point;

    point.scale_ = 3;
    point.record_min_max_ = true;
    point.min_ = middle(0);
    point.max_ = middle(BUCKETS - 1);
    point.positive_buckets_ = std::make_unique<metrics::AdaptingCircularBufferCounter>(BUCKETS);
    point.negative_buckets_ = std::make_unique<metrics::AdaptingCircularBufferCounter>(BUCKETS);
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
        uint64_t count = (index * 31 + bucket * 17) % 300 + 1;

        point.positive_buckets_->Increment(-80 + bucket, count);
        point.count_ += count;
        point.sum_ += count * middle(bucket);
    }
    return {attributes({{"network.local.port", port(index / 2)}, {"network.transport", "tcp"},
                        {"network.type", family(index)}}), std::move(point)};
}

static std::vector<metrics::MetricData> workload()
{
    std::vector<metrics::MetricData> result;

    result.push_back(metric("network.tcp.connections", "Number of TCP sockets by state, address family and local port.",
                            "{connection}", metrics::InstrumentType::kObservableGauge,
                            metrics::InstrumentValueType::kLong));
    for (int i = 0; i < GAUGES; i++)
        result.back().point_data_attr_.push_back(
            {attributes({{"network.connection.state", states[i % 11]}, {"network.local.port", port(i / 22)},
                         {"network.transport", "tcp"}, {"network.type", family(i / 11)}}),
             metrics::LastValuePointData()});
    result.push_back(metric("network.tcp.retransmits", "Number of TCP segments sent again, by local port and peer.",
                            "{segment}", metrics::InstrumentType::kObservableCounter,
                            metrics::InstrumentValueType::kLong));
    for (int i = 0; i < SUMS; i++) {
        char worker[16];

        std::snprintf(worker, sizeof worker, "worker-%02d", i % 20);
        result.back().point_data_attr_.push_back(
            {attributes({{"network.local.port", port(i % 50)},
                         {"network.peer.address", "10.20." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1)},
                         {"network.transport", "tcp"}, {"network.type", "ipv4"},
                         {"process.executable.name", worker}}), metrics::SumPointData()});
    }
    result.push_back(metric("network.tcp.rtt", "Smoothed round-trip time of TCP connections.", "s",
                            metrics::InstrumentType::kHistogram, metrics::InstrumentValueType::kDouble));
    for (int i = 0; i < HISTOGRAMS; i++)
        result.back().point_data_attr_.push_back(histogram(i));
    return result;
}

static void set(std::vector<metrics::MetricData> &data, int64_t number)
{
    for (auto &metric : data)
        metric.end_ts = timestamp(start + number * 1000000000);
    for (int i = 0; i < GAUGES; i++) {
        auto &point = opentelemetry::nostd::get<metrics::LastValuePointData>(data[0].point_data_attr_[i].point_data);

        point.value_ = (i * 7919 + number) % 100000;
        point.is_lastvalue_valid_ = true;
        point.sample_ts_ = data[0].end_ts;
    }
    for (int i = 0; i < SUMS; i++)
        opentelemetry::nostd::get<metrics::SumPointData>(data[1].point_data_attr_[i].point_data).value_ =
            (int64_t)i * 131 + number;
}

static double processor_time()
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return time.tv_sec * 1e9 + time.tv_nsec;
}

int main(int count, char **arguments)
{
    if (count != 4)
        return 2;
    int rounds = std::atoi(arguments[1]), requests = std::atoi(arguments[2]);
    auto resource = opentelemetry::sdk::resource::Resource::Create(
        {{"host.arch", "amd64"}, {"host.id", "4c4c4544004b5910804cb4c04f5a5a32"},
         {"host.name", "node-17.example.internal"}, {"os.type", "linux"}, {"os.version", "12"},
         {"service.instance.id", "6f2c1d1e-7f0a-4f0e-9b1c-2f2f5d1c9a10"}, {"service.name", "sockmon"},
         {"service.version", "0.1.0"}});
    auto scope = opentelemetry::sdk::instrumentationscope::InstrumentationScope::Create("pb.bench", "1.0.0");
    metrics::ResourceMetrics data(&resource, std::vector<metrics::ScopeMetrics>{{scope.get(), workload()}});
    auto &points = data.scope_metric_data_[0].metric_data_;
    std::string body;
    auto encode = [&] {
        google::protobuf::Arena arena;
        auto *request = google::protobuf::Arena::Create<Request>(&arena);

        opentelemetry::exporter::otlp::OtlpMetricUtils::PopulateRequest(data, request);
        return request->SerializeToString(&body);
    };

    set(points, 1);
    if (!encode())
        return 1;
    std::ofstream(arguments[3], std::ios::binary) << body;
    std::printf("{\"ns\": [");
    for (int round = 0, number = 1; round < rounds; round++) {
        double spent = 0;

        for (int i = 0; i < requests; i++) {
            // Its points are not made but kept, with other values.
            set(points, ++number);
            double begin = processor_time();
            encode();
            spent += processor_time() - begin;
        }
        std::printf("%s%.1f", round ? ", " : "", spent / requests / double(POINTS));
    }
    std::printf("]}\n");
    return 0;
}
