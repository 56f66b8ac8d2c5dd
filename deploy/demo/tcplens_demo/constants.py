"""What the programs of the shop and those who start them must agree on."""

SHOP_PORT, INVENTORY_PORT = 8080, 8081
# Requests a second: carts over kept connections, carts over new ones, and exports.
RATES = {"kept": 60, "new": 10, "exports": 8}
