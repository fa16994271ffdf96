package main

import (
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
)

// table is the union of all versions. Types are known by the name the newest version gives them.
type table struct {
	rows   map[string]map[string]*row
	values map[string]map[string]int // string type → constant → index of its first version
	closed map[string]bool           // string types the source marks +enum
	full   map[string]string         // short name → full name, to notice two of one name
}

// row is a field over time. first and last index versions.
type row struct {
	field
	first, last int
}

func newTable() *table {
	return &table{map[string]map[string]*row{}, map[string]map[string]int{}, map[string]bool{}, map[string]string{}}
}

// pair is a type of the table and the type that stood in its place in an older version: types are
// followed along the fields, because some were renamed (Handler became LifecycleHandler in 1.23).
type pair struct{ now, then string }

// merge adds one version; versions come newest first.
func (t *table) merge(s *source, version int) error {
	var open []pair
	for _, root := range roots {
		for _, group := range []string{"core", "apps", "batch"} {
			name := "k8s.io/api/" + group + "/v1." + root
			found, err := s.lookup(name)
			if err != nil {
				return err
			}
			if found != nil {
				open = append(open, pair{name, name})
			}
		}
	}
	seen := map[pair]bool{}
	for len(open) > 0 {
		next := open[0]
		open = open[1:]
		if seen[next] {
			continue
		}
		seen[next] = true
		more, err := t.mergeType(s, next, version)
		if err != nil {
			return err
		}
		open = append(open, more...)
	}
	return nil
}

func (t *table) mergeType(s *source, at pair, version int) ([]pair, error) {
	fields, err := s.fields(at.then)
	if err != nil {
		return nil, err
	}
	if err := t.claim(at.now); err != nil {
		return nil, err
	}
	if t.rows[at.now] == nil {
		t.rows[at.now] = map[string]*row{}
	}
	var reached []pair
	for _, f := range fields {
		known, exists := t.rows[at.now][f.name]
		if !exists {
			known = &row{f, version, version}
			t.rows[at.now][f.name] = known
		}
		if known.first > version+1 {
			fmt.Fprintf(os.Stderr, "%s.%s was missing between %s and %s\n", short(at.now), f.name, versions[version], versions[known.first])
		}
		known.first = min(known.first, version)
		structure := known.isStruct(t, s)
		if known.shape != f.shape || !structure && class(s, known.base) != class(s, f.base) {
			fmt.Fprintf(os.Stderr, "%s.%s was %s%s in %s and is %s%s\n", short(at.now), f.name, f.shape, short(f.base), versions[version], known.shape, short(known.base))
			continue
		}
		if structure {
			reached = append(reached, pair{known.base, f.base})
		} else if strings.Contains(f.base, ".") {
			if err := t.mergeValues(s, known, f.base, version); err != nil {
				return nil, err
			}
		}
	}
	return reached, nil
}

func (r *row) isStruct(t *table, s *source) bool {
	return strings.Contains(r.base, ".") && t.values[r.base] == nil && len(s.values[r.base]) == 0
}

// class is string for every string type: gaining a name or constants changes no JSON.
func class(s *source, base string) string {
	if strings.Contains(base, ".") {
		return "string"
	}
	return base
}

func (t *table) mergeValues(s *source, known *row, then string, version int) error {
	if !strings.Contains(known.base, ".") {
		return nil
	}
	if err := t.claim(known.base); err != nil {
		return err
	}
	if t.values[known.base] == nil {
		t.values[known.base] = map[string]int{}
		t.closed[known.base] = strings.Contains(s.docs[then], "+enum")
	}
	for _, value := range s.values[then] {
		t.values[known.base][value] = version
	}
	return nil
}

func (t *table) claim(name string) error {
	if other, taken := t.full[short(name)]; taken && other != name {
		return fmt.Errorf("%s and %s have one short name", name, other)
	}
	t.full[short(name)] = name
	return nil
}

func short(name string) string { return name[strings.LastIndex(name, ".")+1:] }

func minor(version int) string {
	return "1." + strings.Split(versions[version], ".")[1]
}

func since(version int) string {
	if version == 0 {
		return "-"
	}
	return minor(version)
}

const header = `# Every field a Pod and the workload kinds around it can have, with the Kubernetes version it came with.
#
# Facts derived from the Go types of k8s.io/api and k8s.io/apimachinery (Apache-2.0, The Kubernetes
# Authors), %s to %s. Generated%s; do not edit:
#     cd e2e/oracle/fields && go run . -date YYYY-MM-DD
#
# Type
#   field  type  since  [<gone]  [alpha] [deprecated] [gate:Name]
# since: the first minor version in which a kind of core/v1, apps/v1 or batch/v1 reaches the field, "-"
# if one did in %s already. CronJob came to batch/v1 in 1.21; its beta versions are not looked at.
# <gone: the first minor version without it.
# alpha, deprecated, gate: what the newest source comment says, which can lag behind the feature.
# enum: a string type the source closes (+enum). known: constants of a string type it leaves open.
# A value@version came later than the first value of its type. The empty string is left out.
`

func (t *table) write(w io.Writer, date string) {
	if date != "" {
		date = " " + date
	}
	fmt.Fprintf(w, header, versions[0], versions[len(versions)-1], date, minor(0))
	for _, name := range sorted(t.full) {
		if values := t.values[t.full[name]]; values != nil {
			t.writeValues(w, name, values)
		} else {
			t.writeType(w, name, t.rows[t.full[name]])
		}
	}
}

func (t *table) writeType(w io.Writer, name string, rows map[string]*row) {
	fmt.Fprintf(w, "\n%s\n", name)
	names := sorted(rows)
	wide, wider := 0, 0
	for _, n := range names {
		wide, wider = max(wide, len(n)), max(wider, len(rows[n].shape+short(rows[n].base)))
	}
	for _, n := range names {
		r := rows[n]
		fmt.Fprintf(w, "  %-*s  %-*s  %s", wide, n, wider, r.shape+short(r.base), since(r.first))
		if r.last < len(versions)-1 {
			fmt.Fprintf(w, "  <%s", minor(r.last+1))
		}
		for _, mark := range r.marks {
			fmt.Fprintf(w, "  %s", mark)
		}
		fmt.Fprintln(w)
	}
}

func (t *table) writeValues(w io.Writer, name string, values map[string]int) {
	word, oldest := "known", len(versions)
	if t.closed[t.full[name]] {
		word = "enum"
	}
	for _, version := range values {
		oldest = min(oldest, version)
	}
	fmt.Fprintf(w, "\n%s %s", word, name)
	for _, value := range sorted(values) {
		fmt.Fprintf(w, " %s", value)
		if values[value] > oldest {
			fmt.Fprintf(w, "@%s", minor(values[value]))
		}
	}
	fmt.Fprintln(w)
}

func sorted[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
