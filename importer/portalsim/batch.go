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

type batchAnswer struct {
	Name    string            `json:"name"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Data    string            `json:"data"`
}

// batch runs calls one after the other, all as one person, within one request:
// it saves nothing and has no use for accounts of different people.
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
	var answers []batchAnswer
	for _, call := range calls {
		one, err := x.inner(call)
		if err != nil {
			return nil, err
		}
		answers = append(answers, one)
	}
	return list[batchAnswer]{items: answers}, nil
}

func (x *exchange) inner(call batchCall) (batchAnswer, error) {
	target, err := url.Parse("/" + strings.TrimPrefix(call.RelativeURL, "/"))
	if err != nil {
		return batchAnswer{}, argument("Invalid URI: The format of the URI could not be determined.", "")
	}
	if call.Body != "" && !strings.Contains(strings.ToLower(call.BodyContentType), "charset=") {
		return batchAnswer{}, &failure{http.StatusBadRequest, textNull + "\nParameter name: name", hrNull}
	}
	request := x.request.Clone(x.request.Context())
	request.Method = strings.ToUpper(cmp.Or(call.Method, http.MethodGet))
	request.URL = target
	request.Header.Set("Content-Type", call.BodyContentType)
	inner := &exchange{portal: x.portal, request: request, caller: x.caller, began: x.began, life: x.life}
	inner.read([]byte(call.Body))
	if inner.route != nil && inner.route.pattern == "batch" {
		inner.route = nil // no batch within a batch
	}
	a, died := inner.serve(0)
	if died != nil {
		return batchAnswer{}, died
	}
	return batchAnswer{
		Name: call.Name, Status: a.status, Data: string(a.body), Headers: map[string]string{"Content-Type": a.contentType},
	}, nil
}
