package portalsim

import (
	"net/http"
	"strconv"
)

// pageCap is how many items of a list are answered at most, and when no count is
// asked for (web/studio/ASC.Web.Studio/web.autofac.config, maxPage).
const pageCap = 1000

// paging is what the query string says of count and startIndex
// (API/Impl/ApiContext.cs); what cannot be read is as good as not said.
type paging struct{ count, start int }

func readPaging(r *http.Request) paging {
	p := paging{count: pageCap}
	if r.URL.RawQuery == "" {
		return p
	}
	query := r.URL.Query()
	if n, err := strconv.ParseUint(query.Get("count"), 10, 64); err == nil {
		p.count = int(min(n, pageCap))
	}
	if n, err := strconv.ParseInt(query.Get("startIndex"), 10, 32); err == nil && n > 0 {
		p.start = int(n)
	}
	return p
}

// list is an answer of several items. One that is paged has been cut by its method,
// which knows the total; every other one is cut by the general filter, so more than
// 1000 mail accounts of one person take several requests too
// (API/Impl/ApiSmartListResponceFilter.cs, API/Collections/CompiledSmartList.cs).
type list[T any] struct {
	items []T
	total int
	paged bool
}

// lister is a list of whatever.
type lister interface{ envelope(paging) envelope }

func (l list[T]) envelope(p paging) envelope {
	e := envelope{StartIndex: p.start, Total: l.total}
	items := l.items
	if !l.paged {
		if p.count < len(items) {
			e.Total = len(items)
		}
		items = items[min(p.start, len(items)):]
		if p.count > 0 { // 0 takes everything
			items = items[:min(p.count, len(items))]
		}
		// One too many, and only where there is more: not to be relied upon.
		if len(items) == p.count && len(l.items)-p.start > p.count {
			e.NextIndex = p.start + p.count + 1
		}
	}
	if items == nil {
		items = []T{}
	}
	e.Count, e.Response = len(items), items
	return e
}

// wrap puts what a method returned into the envelope: a text counts its letters,
// nothing is an empty object (API/Impl/ApiHttpHandlerBase.cs, PostProcessResponse).
func wrap(v any, p paging) envelope {
	switch v := v.(type) {
	case nil:
		return envelope{StartIndex: p.start, Response: struct{}{}}
	case lister:
		return v.envelope(p)
	case string:
		return envelope{Count: len([]rune(v)), StartIndex: p.start, Response: v}
	default:
		return envelope{Count: 1, StartIndex: p.start, Response: v}
	}
}
