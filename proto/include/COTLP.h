/* The Swift-visible surface of the OTLP messages, which protoc-c generates from proto/. */
#include "google/rpc/status.pb-c.h"
#include "opentelemetry/proto/collector/metrics/v1/metrics_service.pb-c.h"
#include "opentelemetry/proto/processcontext/v1development/process_context.pb-c.h"
