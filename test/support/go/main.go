// Writes the lines of a file with franz-go, compressed with zstd: `main <brokers> <topic> <file>`.
package main

import (
	"bufio"
	"context"
	"os"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

func main() {
	client, err := kgo.NewClient(kgo.SeedBrokers(strings.Split(os.Args[1], ",")...), kgo.DefaultProduceTopic(os.Args[2]),
		kgo.ProducerBatchCompression(kgo.ZstdCompression()), kgo.ProducerLinger(500*time.Millisecond))
	must(err)
	defer client.Close()
	file, err := os.Open(os.Args[3])
	must(err)
	for lines := bufio.NewScanner(file); lines.Scan(); {
		client.Produce(context.Background(), kgo.StringRecord(lines.Text()), func(_ *kgo.Record, err error) { must(err) })
	}
	must(client.Flush(context.Background()))
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
