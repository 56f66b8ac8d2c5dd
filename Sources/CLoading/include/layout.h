/* What two builds must agree on to share a map. */
#ifndef CLOADING_LAYOUT_H
#define CLOADING_LAYOUT_H

struct bpf_map;
struct bpf_object;

/*
 * A number for the layout of a map of an object that is not loaded yet: its kind and sizes, and the names, places and
 * types of all members of its keys and values. Maps of the same layout have the same number.
 */
unsigned long long CLoading_layout(const struct bpf_object *object, const struct bpf_map *map);

#endif
