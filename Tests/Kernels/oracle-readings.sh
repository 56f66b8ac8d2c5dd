# shellcheck shell=sh
# The same things read from different sources: ss, tcplens' commands, its map, and what it exported. For oracle.sh.

# Sums up lines of `state type [count]`.
tally() {
    awk '{ count[$1 " " $2] += NF > 2 ? $3 : 1 } END { for (row in count) if (count[row]) print row, count[row] }' | sort
}

# A socket with a v4-mapped address at either end is IPv4. A listener for both protocols is `*`.
by_ss() {
    inside ./ss -Htan | awk '
        BEGIN {
            name["ESTAB"] = "established"; name["SYN-SENT"] = "syn_sent"; name["SYN-RECV"] = "syn_received"
            name["FIN-WAIT-1"] = "fin_wait_1"; name["FIN-WAIT-2"] = "fin_wait_2"; name["TIME-WAIT"] = "time_wait"
            name["CLOSE-WAIT"] = "close_wait"; name["LAST-ACK"] = "last_ack"; name["LISTEN"] = "listen"
            name["CLOSING"] = "closing"
        }
        { print ($1 in name ? name[$1] : $1), $4 ~ /^[[*]/ && $4 $5 !~ /::ffff:/ ? "ipv6" : "ipv4" }' | tally
}

by_snapshot() {
    inside $tcplens snapshot --format json | tr '{' '\n' \
        | sed -n 's/^"count":\([0-9]*\),"state":"\([a-z_0-9]*\)","type":"\([a-z0-9]*\)".*/\2 \3 \1/p' | tally
}

# by_groups GROUPING: the last three columns are state, type and count.
by_groups() {
    inside $tcplens snapshot --by "$1" --format csv | tr -d '\r' \
        | awk -F, 'NR > 1 { print $(NF - 2), $(NF - 1), $NF }' | tally
}

# The names of states and their totals, as on the screen.
by_top() {
    inside $tcplens top --count 1 --interval 200ms | awk '$1 ~ /^[A-Z_12]+$/ && $2 ~ /^[1-9][0-9]*$/ { print $1, $2 }' | xargs
}

# bpftool prints each field on a line of its own, with the value last.
by_map() {
    ./bpftool map dump name tcp_state_map | tr -d '",' | tr '[:upper:]' '[:lower:]' | awk '
        $1 == "state:" {
            state = substr($2, 5)
            sub(/wait/, "_wait", state); sub(/__/, "_", state); sub(/wait/, "wait_", state); sub(/_$/, "", state)
            if (state == "syn_recv") state = "syn_received"
        }
        $1 == "type:" { type = $2 }
        $1 == "sockets:" { print state, type, $2 }' | tally
}

# exported METRIC: its rows in the last export, with single blanks between words. An export has two resources: first the
# machine, then the agent itself.
exported() {
    awk -v metric="$1" '
        /^Resource/ && !/ process\.pid=/ { rows = "" }
        /^[^ ]/ { here = $1 == metric }
        here && /^ / { $1 = $1; rows = rows $0 "\n" }
        END { printf "%s", rows }' "$work/metrics"
}

# rows METRIC WORDS: its rows that are not zero, as WORDS and the value. `word` has the values of the attributes, by the
# last part of their keys: state, previous, type, role, direction, error.
rows() {
    exported "$1" | awk '
        {
            for (key in word) delete word[key]
            for (field = 1; field < NF; field++) {
                split($field, parts, "=")
                count = split(parts[1], names, ".")
                # Several keys end in `type`: network.type keeps that name.
                word[names[1] == "error" ? "error" : names[1] == "tcplens" && names[2] == "retransmit" ? "kind" : \
                    names[count]] = parts[2]
                if (field > 1 || parts[2] == "") continue
            }
            value = $NF
            for (field = 1; field <= NF; field++) if ($field ~ /^count=/) value = substr($field, 7)
            if (value != 0) print '"$2"', value
        }' | sort
}
