// SPDX-License-Identifier: Apache-2.0

// Encodes workload W with OpenTelemetry's SDK of Go: encode ROUNDS REQUESTS OUTPUT
//
// The SDK does not let others call its encoder, so this is a whole export through a connection that answers at once. It
// prints the nanoseconds of processor time of a point in each round as JSON, the collection of garbage included, and
// writes the bytes of the first request.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/resource"
)

const (
	start                             = int64(1790000000000000000)
	gauges, sums, histograms, buckets = 1100, 1000, 100, 40
)

var states = []string{"closed", "close_wait", "closing", "established", "fin_wait_1", "fin_wait_2", "last_ack", "listen",
	"syn_received", "syn_sent", "time_wait"}

// connection answers each request at once, and keeps the body of the last one if it should.
type connection struct {
	keeps bool
	body  []byte
}

func (c *connection) RoundTrip(request *http.Request) (*http.Response, error) {
	if c.keeps {
		c.body, _ = io.ReadAll(request.Body)
	} else {
		io.Copy(io.Discard, request.Body)
	}
	request.Body.Close()
	return &http.Response{
		Status: "200 OK", StatusCode: 200, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: request,
		Header: http.Header{"Content-Type": {"application/x-protobuf"}}, Body: io.NopCloser(bytes.NewReader(nil)),
	}, nil
}

func set(pairs ...string) attribute.Set {
	var values []attribute.KeyValue
	for i := 0; i < len(pairs); i += 2 {
		values = append(values, attribute.String(pairs[i], pairs[i+1]))
	}
	return attribute.NewSet(values...)
}

func port(index int) string { return strconv.Itoa(10000 + index) }

func family(number int) string {
	if number%2 == 1 {
		return "ipv6"
	}
	return "ipv4"
}

func middle(bucket int) float64 { return math.Exp2((-80 + float64(bucket) + 0.5) / 8) }

func workload() *metricdata.ResourceMetrics {
	begin := time.Unix(0, start)
	gauge := make([]metricdata.DataPoint[int64], gauges)
	for i := range gauge {
		gauge[i] = metricdata.DataPoint[int64]{StartTime: begin, Attributes: set("network.connection.state", states[i%11],
			"network.local.port", port(i/22), "network.transport", "tcp", "network.type", family(i/11))}
	}
	sum := make([]metricdata.DataPoint[int64], sums)
	for i := range sum {
		sum[i] = metricdata.DataPoint[int64]{StartTime: begin, Attributes: set("network.local.port", port(i%50),
			"network.peer.address", fmt.Sprintf("10.20.%d.%d", i/250, i%250+1), "network.transport", "tcp",
			"network.type", "ipv4", "process.executable.name", fmt.Sprintf("worker-%02d", i%20))}
	}
	histogram := make([]metricdata.ExponentialHistogramDataPoint[float64], histograms)
	for i := range histogram {
		point := &histogram[i]
		*point = metricdata.ExponentialHistogramDataPoint[float64]{
			StartTime: begin, Scale: 3, Min: metricdata.NewExtrema(middle(0)), Max: metricdata.NewExtrema(middle(buckets - 1)),
			Attributes:     set("network.local.port", port(i/2), "network.transport", "tcp", "network.type", family(i)),
			PositiveBucket: metricdata.ExponentialBucket{Offset: -80, Counts: make([]uint64, buckets)},
		}
		for b := range buckets {
			count := uint64((i*31+b*17)%300 + 1)
			point.PositiveBucket.Counts[b] = count
			point.Count += count
			point.Sum += float64(count) * middle(b)
		}
	}
	return &metricdata.ResourceMetrics{
		Resource: resource.NewSchemaless(attribute.String("host.arch", "amd64"),
			attribute.String("host.id", "4c4c4544004b5910804cb4c04f5a5a32"),
			attribute.String("host.name", "node-17.example.internal"), attribute.String("os.type", "linux"),
			attribute.String("os.version", "12"),
			attribute.String("service.instance.id", "6f2c1d1e-7f0a-4f0e-9b1c-2f2f5d1c9a10"),
			attribute.String("service.name", "sockmon"), attribute.String("service.version", "0.1.0")),
		ScopeMetrics: []metricdata.ScopeMetrics{{
			Scope: instrumentation.Scope{Name: "pb.bench", Version: "1.0.0"},
			Metrics: []metricdata.Metrics{
				{Name: "network.tcp.connections", Unit: "{connection}",
					Description: "Number of TCP sockets by state, address family and local port.",
					Data:        metricdata.Gauge[int64]{DataPoints: gauge}},
				{Name: "network.tcp.retransmits", Unit: "{segment}",
					Description: "Number of TCP segments sent again, by local port and peer.",
					Data: metricdata.Sum[int64]{DataPoints: sum, IsMonotonic: true,
						Temporality: metricdata.CumulativeTemporality}},
				{Name: "network.tcp.rtt", Unit: "s", Description: "Smoothed round-trip time of TCP connections.",
					Data: metricdata.ExponentialHistogram[float64]{DataPoints: histogram,
						Temporality: metricdata.CumulativeTemporality}},
			},
		}},
	}
}

// advance sets the values and times of a later collection.
func advance(metrics *metricdata.ResourceMetrics, number int64) {
	now := time.Unix(0, start+number*1000000000)
	all := metrics.ScopeMetrics[0].Metrics
	gauge := all[0].Data.(metricdata.Gauge[int64]).DataPoints
	for i := range gauge {
		gauge[i].Time, gauge[i].Value = now, (int64(i)*7919+number)%100000
	}
	sum := all[1].Data.(metricdata.Sum[int64]).DataPoints
	for i := range sum {
		sum[i].Time, sum[i].Value = now, int64(i)*131+number
	}
	histogram := all[2].Data.(metricdata.ExponentialHistogram[float64]).DataPoints
	for i := range histogram {
		histogram[i].Time = now
	}
}

func processorTime() float64 {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return float64(usage.Utime.Nano() + usage.Stime.Nano())
}

func check(failure error) {
	if failure != nil {
		fmt.Fprintln(os.Stderr, failure)
		os.Exit(1)
	}
}

func main() {
	rounds, _ := strconv.Atoi(os.Args[1])
	requests, _ := strconv.Atoi(os.Args[2])
	connection := &connection{keeps: true}
	exporter, failure := otlpmetrichttp.New(context.Background(), otlpmetrichttp.WithEndpointURL("http://127.0.0.1:1/"),
		otlpmetrichttp.WithHTTPClient(&http.Client{Transport: connection}))
	check(failure)
	metrics := workload()
	advance(metrics, 1)
	check(exporter.Export(context.Background(), metrics))
	check(os.WriteFile(os.Args[3], connection.body, 0o644))
	connection.keeps = false
	var times []string
	number := int64(1)
	for range rounds {
		spent := 0.0
		for range requests {
			number++
			advance(metrics, number)
			begin := processorTime()
			check(exporter.Export(context.Background(), metrics))
			spent += processorTime() - begin
		}
		points := float64(requests * (gauges + sums + histograms))
		times = append(times, strconv.FormatFloat(spent/points, 'f', 1, 64))
	}
	fmt.Printf("{\"ns\": [%s]}\n", strings.Join(times, ", "))
}
