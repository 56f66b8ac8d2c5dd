"""What the programs of the shop and those who start them must agree on."""

SHOP_PORT, INVENTORY_PORT = 8080, 8081
# How many connections to the inventory the shop may have.
POOL_SIZE = 64
# Where Prometheus scrapes them, if it does not receive OTLP.
AGENT_METRICS_PORT = 9464
METRICS_PORTS = {"shop": 9465, "shoppers": 9466}
# Requests a second: carts over kept connections, carts over new ones, and exports.
RATES = {"kept": 60, "new": 10, "exports": 8}
