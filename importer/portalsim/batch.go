package portalsim

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// batchCall is one call of POST batch (API/Batch/ApiBatchRequest.cs).
type batchCall struct {
	RelativeURL     string `json:"relativeUrl"`
	Method          string `json:"method"`
	Body            string `json:"body"`
	BodyContentType string `json:"bodyContentType"`
	Name            string `json:"name"`
	Order           int    `json:"order"`
}

// batch runs calls one after the other within one request, all as the same person.
// It saves no time, and cannot be used for accounts of different people.
func (x *exchange) batch() (any, error) {
	text := []byte(x.text("batch"))
	var calls []batchCall
	if !json.Valid(text) {
		return nil, brokenJSON(text)
	}
	if err := json.Unmarshal(text, &calls); err != nil {
		return nil, jsonFailure(text, 1, "Cannot deserialize the current JSON.")
	}
	slices.SortStableFunc(calls, func(a, b batchCall) int { return cmp.Compare(a.Order, b.Order) })
	var answers []map[string]any
	for _, call := range calls {
		one, err := x.inner(call)
		if err != nil {
			return nil, err
		}
		answers = append(answers, one)
	}
	return list[map[string]any]{items: answers}, nil
}

func (x *exchange) inner(call batchCall) (map[string]any, error) {
	target, err := url.Parse("/" + strings.TrimPrefix(call.RelativeURL, "/"))
	if err != nil {
		return nil, argument("Invalid URI: The format of the URI could not be determined.", "")
	}
	if call.Body != "" && !strings.Contains(strings.ToLower(call.BodyContentType), "charset=") {
		return nil, &failure{http.StatusBadRequest, textNull + "\nParameter name: name", hrNull}
	}
	request := x.request.Clone(x.request.Context())
	request.Method = strings.ToUpper(cmp.Or(call.Method, http.MethodGet))
	request.URL = target
	request.Header.Set("Content-Type", call.BodyContentType)
	inner := &exchange{portal: x.portal, request: request, caller: x.caller, began: x.began, life: x.life}
	inner.read([]byte(call.Body))
	if inner.route != nil && inner.route.pattern == "batch" {
		inner.route = nil // a batch inside a batch is an unknown route
	}
	a, died := inner.serve(0)
	if died != nil {
		return nil, died
	}
	headers := map[string]string{"Content-Type": a.contentType}
	return map[string]any{"name": call.Name, "status": a.status, "headers": headers, "data": string(a.body)}, nil
}
