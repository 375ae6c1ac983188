// Drives kafka-go 0.2.1, an old client (Produce v2, Fetch v2, magic 1): create | produce | consume (see record_file.py).
package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/gzip"
	"github.com/segmentio/kafka-go/lz4"
	"github.com/segmentio/kafka-go/snappy"
)

const patience = 120 * time.Second

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func number(text string) int64 {
	value, err := strconv.ParseInt(text, 10, 64)
	check(err)
	return value
}

func decode(text string) []byte {
	data, err := base64.StdEncoding.DecodeString(text)
	check(err)
	return data
}

func milliseconds(t int64) time.Time { return time.Unix(t/1000, t%1000*int64(time.Millisecond)) }

func leader(bootstrap, topic string, partition int) *kafka.Conn {
	connection, err := kafka.DialLeader(context.Background(), "tcp", bootstrap, topic, partition)
	check(err)
	check(connection.SetDeadline(time.Now().Add(patience)))
	return connection
}

func create(bootstrap, topic string, partitions int) {
	connection, err := kafka.Dial("tcp", bootstrap)
	check(err)
	defer connection.Close()
	check(connection.CreateTopics(kafka.TopicConfig{Topic: topic, NumPartitions: partitions, ReplicationFactor: 1}))
}

func codecOf(name string) kafka.CompressionCodec {
	switch name {
	case "gzip":
		return gzip.NewCompressionCodec()
	case "snappy":
		return snappy.NewCompressionCodec()
	case "lz4":
		return lz4.NewCompressionCodec()
	}
	return nil
}

func produce(bootstrap, topic, codec, path string) {
	file, err := os.Open(path)
	check(err)
	defer file.Close()
	messages := map[int][]kafka.Message{}
	lines := bufio.NewScanner(file)
	lines.Buffer(make([]byte, 1<<20), 1<<24)
	for lines.Scan() {
		columns := strings.Split(lines.Text(), "\t")
		partition := int(number(columns[0]))
		messages[partition] = append(messages[partition], kafka.Message{
			Time: milliseconds(number(columns[1])), Key: decode(columns[2]), Value: decode(columns[3])})
	}
	check(lines.Err())
	for partition, all := range messages {
		connection := leader(bootstrap, topic, partition)
		check(connection.SetRequiredAcks(-1))
		for len(all) > 0 {
			n := 250
			if n > len(all) {
				n = len(all)
			}
			_, err := connection.WriteCompressedMessages(codecOf(codec), all[:n]...)
			check(err)
			all = all[n:]
		}
		check(connection.Close())
	}
}

func consume(bootstrap, topic, path string, queries []string) {
	file, err := os.Create(path)
	check(err)
	out := bufio.NewWriter(file)
	for _, query := range queries {
		fmt.Fprintf(out, "# %s\n", query)
		parts := strings.Split(query, ":")
		partitions := []int{}
		if parts[0] == "offset" {
			partitions = append(partitions, int(number(parts[1])))
		} else {
			found, err := kafka.LookupPartitions(context.Background(), "tcp", bootstrap, topic)
			check(err)
			for _, partition := range found {
				partitions = append(partitions, partition.ID)
			}
			sort.Ints(partitions)
		}
		for _, partition := range partitions {
			read(bootstrap, topic, partition, parts, out)
		}
	}
	check(out.Flush())
	check(file.Close())
}

func read(bootstrap, topic string, partition int, query []string, out *bufio.Writer) {
	connection := leader(bootstrap, topic, partition)
	defer connection.Close()
	start, end, err := connection.ReadOffsets()
	check(err)
	switch query[0] {
	case "offset":
		start = number(query[2])
	case "time":
		start, err = connection.ReadOffset(milliseconds(number(query[1])))
		check(err)
		if start < 0 {
			start = end
		}
	}
	for start < end {
		_, err := connection.Seek(start, kafka.SeekAbsolute)
		check(err)
		batch := connection.ReadBatch(1, 1<<20)
		before := start
		for start < end {
			message, err := batch.ReadMessage()
			if err != nil {
				break
			}
			fmt.Fprintf(out, "%d\t%d\t%d\t%s\t%s\t\n", partition, message.Offset, message.Time.UnixNano()/int64(time.Millisecond),
				base64.StdEncoding.EncodeToString(message.Key), base64.StdEncoding.EncodeToString(message.Value))
			start = message.Offset + 1
		}
		err = batch.Close()
		if start == before {
			check(fmt.Errorf("partition %d: nothing to read at offset %d of %d: %v", partition, start, end, err))
		}
	}
}

func main() {
	command, bootstrap, topic, rest := os.Args[1], os.Args[2], os.Args[3], os.Args[4:]
	switch command {
	case "create":
		create(bootstrap, topic, int(number(rest[0])))
	case "produce":
		produce(bootstrap, topic, rest[0], rest[1])
	case "consume":
		consume(bootstrap, topic, rest[0], rest[1:])
	default:
		check(fmt.Errorf("unknown command %s", command))
	}
}
