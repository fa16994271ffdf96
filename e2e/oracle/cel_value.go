package main

import (
	"encoding/json"
	"fmt"
	"math"
	"sort"
	"time"

	celtypes "github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"k8s.io/apimachinery/pkg/api/resource"
	apiservercel "k8s.io/apiserver/pkg/cel"
	"k8s.io/apiserver/pkg/cel/mutation"
)

// celValue writes a value with its type: {"int": 1}, {"list": [{"string": "a"}]}.
func celValue(value ref.Val) answer {
	switch v := value.(type) {
	case nil:
		return answer{"null": nil}
	case celtypes.Null:
		return answer{"null": nil}
	case celtypes.Bool:
		return answer{"bool": bool(v)}
	case celtypes.Int:
		return answer{"int": int64(v)}
	case celtypes.Uint:
		return answer{"uint": uint64(v)}
	case celtypes.Double:
		return answer{"double": celDouble(float64(v))}
	case celtypes.String:
		return answer{"string": string(v)}
	case celtypes.Bytes:
		return answer{"bytes": []byte(v)}
	case celtypes.Timestamp:
		return answer{"timestamp": v.UTC().Format(time.RFC3339Nano)}
	case celtypes.Duration:
		return answer{"duration": int64(v.Duration)}
	case *celtypes.Optional:
		if !v.HasValue() {
			return answer{"optional": nil}
		}
		return answer{"optional": celValue(v.GetValue())}
	case *celtypes.Err:
		return answer{"error": v.Error()}
	case *celtypes.Type:
		return answer{"type": v.String()}
	case *mutation.JSONPatchVal:
		return jsonPatchValue(v)
	case traits.Lister:
		items := []answer{}
		for i := celtypes.Int(0); i < v.Size().(celtypes.Int); i++ {
			items = append(items, celValue(v.Get(i)))
		}
		return answer{"list": items}
	case traits.Mapper:
		return answer{"map": celEntries(v)}
	}
	if fields, ok := value.Value().(map[string]any); ok {
		return answer{"object": answer{"type": value.Type().TypeName(), "fields": fields}}
	}
	return answer{"opaque": answer{"type": value.Type().TypeName(), "text": celText(value.Value())}}
}

// celDouble is a number where JSON has it, else text.
func celDouble(v float64) any {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Sprint(v)
	}
	return v
}

// celEntries are pairs, in the order of the keys' JSON.
func celEntries(v traits.Mapper) [][2]answer {
	entries := [][2]answer{}
	for keys := v.Iterator(); keys.HasNext() == celtypes.True; {
		key := keys.Next()
		entries = append(entries, [2]answer{celValue(key), celValue(v.Get(key))})
	}
	order := func(i int) string { text, _ := json.Marshal(entries[i][0]); return string(text) }
	sort.Slice(entries, func(i, j int) bool { return order(i) < order(j) })
	return entries
}

func jsonPatchValue(v *mutation.JSONPatchVal) answer {
	patch := answer{"op": v.Op, "path": v.Path, "from": v.From, "value": nil}
	if v.Val != nil {
		patch["value"] = celValue(v.Val)
	}
	return answer{"jsonpatch": patch}
}

func celText(value any) string {
	switch v := value.(type) {
	case *resource.Quantity:
		return v.String()
	case apiservercel.Format:
		return v.Name
	case fmt.Stringer:
		return v.String()
	}
	return fmt.Sprint(value)
}
