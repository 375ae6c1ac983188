// One member of a group, by sarama: bootstrap topic group. As kafka_python_group.py.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/Shopify/sarama"
)

var output sync.Mutex

func say(format string, values ...interface{}) {
	output.Lock()
	defer output.Unlock()
	fmt.Fprintf(os.Stdout, format+"\n", values...)
}

func now() int64 {
	return time.Now().UnixNano() / 1000
}

type member struct{ topic string }

func (m member) Setup(session sarama.ConsumerGroupSession) error {
	claims := session.Claims()[m.topic]
	sort.Slice(claims, func(i, j int) bool { return claims[i] < claims[j] })
	words := make([]string, len(claims))
	for i, partition := range claims {
		words[i] = strconv.Itoa(int(partition))
	}
	say("A %d %s", now(), strings.Join(words, ","))
	return nil
}

// Cleanup runs before the library commits what was marked and joins again.
func (m member) Cleanup(sarama.ConsumerGroupSession) error {
	say("R %d", now())
	return nil
}

func (m member) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for message := range claim.Messages() {
		say("C %d %d %s", message.Partition, message.Offset, message.Value)
		session.MarkMessage(message, "")
	}
	return nil
}

func main() {
	config := sarama.NewConfig()
	config.Version = sarama.V2_2_0_0
	config.Consumer.Return.Errors = true
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	config.Consumer.Offsets.CommitInterval = 100 * time.Millisecond
	config.Consumer.Group.Session.Timeout = 15 * time.Second
	config.Consumer.Group.Heartbeat.Interval = 300 * time.Millisecond
	config.Consumer.Group.Rebalance.Retry.Backoff = 100 * time.Millisecond
	config.Consumer.Retry.Backoff = 100 * time.Millisecond
	config.Metadata.Retry.Max = 100
	config.Metadata.Retry.Backoff = 100 * time.Millisecond
	config.Metadata.RefreshFrequency = 2 * time.Second

	topic := os.Args[2]
	group, err := sarama.NewConsumerGroup(os.Args[1:2], os.Args[3], config)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	go func() {
		for err := range group.Errors() {
			fmt.Fprintln(os.Stderr, err)
		}
	}()

	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	for ctx.Err() == nil {
		if err := group.Consume(ctx, []string{topic}, member{topic}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			time.Sleep(100 * time.Millisecond)
		}
	}
	if err := group.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}
