package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync"
)

const bareWorkers = 50

// bareLoop is the least that makes accounts of the rows of a file, to measure a
// run against: it reads the file, sends its rows by some workers, and writes a
// line for each. It trusts every cell and every answer.
func bareLoop() {
	if err := sendBarely(os.Args[1], os.Getenv("R7IMPORT_PORTAL")); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func sendBarely(path, portal string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	rows := csv.NewReader(file)
	header, err := rows.Read()
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: bareWorkers}}
	work, results := make(chan []string), make(chan []string)
	var workers sync.WaitGroup
	for range bareWorkers {
		workers.Go(func() {
			for row := range work {
				results <- []string{row[1], postBarely(client, portal, header, row)}
			}
		})
	}
	go func() {
		defer close(results)
		for row, err := rows.Read(); err == nil; row, err = rows.Read() {
			work <- row
		}
		close(work)
		workers.Wait()
	}()
	report := csv.NewWriter(os.Stdout)
	for result := range results {
		if err := report.Write(result); err != nil {
			return err
		}
	}
	report.Flush()
	return report.Error()
}

// postBarely returns the number of the mailbox, or why there is none.
func postBarely(client *http.Client, portal string, header, row []string) string {
	body := []byte{'{'}
	for i, name := range header {
		if i > 0 {
			body = append(body, ',')
		}
		body = strconv.AppendQuote(body, name)
		body = append(body, ':')
		body = strconv.AppendQuote(body, row[i])
	}
	request, err := http.NewRequest(http.MethodPost, portal+"/api/2.0/mail/accounts.json", bytes.NewReader(append(body, '}')))
	if err != nil {
		return err.Error()
	}
	request.Header.Set("Authorization", "token")
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err.Error()
	}
	_, id, _ := bytes.Cut(answer, []byte(`"mailboxId":`))
	id, _, _ = bytes.Cut(id, []byte(","))
	return string(id)
}
