// The load of bench/compare: one librdkafka client, the same for every broker that is measured.
//
//   load create  BROKERS TOPIC PARTITIONS
//   load produce BROKERS TOPIC COUNT SIZE CODEC            acks=all, linger 5 ms; waits for every acknowledgement
//   load spread  BROKERS TOPIC PARTITIONS COUNT SIZE       the same, uncompressed, to each partition in turn
//   load fetch   BROKERS TOPIC PARTITIONS COUNT            assigned partitions, from the beginning
//   load latency BROKERS TOPIC COUNT SIZE RATE             acks=all, linger 0; one record at a time at a fixed rate
//
// Before the command: -w WARM (records that go before those that are measured: produce, fetch, latency), -X KEY=VALUE (a setting).
// Prints one JSON object; "cpu" are this process's processor seconds, "allocated" the bytes that were asked of malloc (0 unless built with
// -DCOUNT_ALLOCATIONS). Exit code 1 when anything was not acknowledged or not read.
#include <librdkafka/rdkafka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static int64_t acknowledged, failed;
static double *latencies;
static int64_t latency_count;
static int64_t warm;
static const char *settings[32];
static int setting_count;
static int64_t allocated;

#ifdef COUNT_ALLOCATIONS
// These take the place of the C library's in librdkafka too.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
void *malloc(size_t size) {
  __atomic_fetch_add(&allocated, (int64_t)size, __ATOMIC_RELAXED);
  return __libc_malloc(size);
}
void *calloc(size_t count, size_t size) {
  __atomic_fetch_add(&allocated, (int64_t)(count * size), __ATOMIC_RELAXED);
  return __libc_calloc(count, size);
}
void *realloc(void *old, size_t size) {
  __atomic_fetch_add(&allocated, (int64_t)size, __ATOMIC_RELAXED);
  return __libc_realloc(old, size);
}
#endif

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double start_time, start_cpu;
static int64_t start_allocated;

static double cpu(void) {
  struct rusage use;
  getrusage(RUSAGE_SELF, &use);
  return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) + (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

// Time, processor time and allocations count from here.
static void begin(void) {
  start_allocated = __atomic_load_n(&allocated, __ATOMIC_RELAXED);
  start_cpu = cpu();
  start_time = now();
}

static void report(int64_t messages, int64_t bytes) {
  double seconds = now() - start_time;
  printf("{\"seconds\": %.6f, \"messages\": %" PRId64 ", \"bytes\": %" PRId64 ", \"cpu\": %.6f, \"allocated\": %" PRId64, seconds, messages, bytes,
         cpu() - start_cpu, __atomic_load_n(&allocated, __ATOMIC_RELAXED) - start_allocated);
}

static void die(const char *what, const char *why) {
  fprintf(stderr, "load: %s: %s\n", what, why);
  exit(1);
}

static void set(rd_kafka_conf_t *conf, const char *key, const char *value) {
  char error[512];
  if (rd_kafka_conf_set(conf, key, value, error, sizeof error) != RD_KAFKA_CONF_OK) die(key, error);
}

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
  (void)client;
  (void)opaque;
  if (message->err) {
    if (failed++ == 0) fprintf(stderr, "load: not delivered: %s\n", rd_kafka_err2str(message->err));
    return;
  }
  acknowledged++;
  if (latencies) {
    double sent;
    memcpy(&sent, message->payload, sizeof sent);
    latencies[latency_count++] = now() - sent;
  }
}

static rd_kafka_t *open_client(rd_kafka_type_t type, rd_kafka_conf_t *conf, const char *brokers) {
  char error[512];
  set(conf, "bootstrap.servers", brokers);
  set(conf, "broker.address.family", "v4");
  for (int i = 0; i < setting_count; i++) {
    char key[128];
    const char *value = strchr(settings[i], '=');
    if (!value || value - settings[i] >= (int)sizeof key) die(settings[i], "is no KEY=VALUE");
    snprintf(key, sizeof key, "%.*s", (int)(value - settings[i]), settings[i]);
    set(conf, key, value + 1);
  }
  rd_kafka_t *client = rd_kafka_new(type, conf, error, sizeof error);
  if (!client) die("client", error);
  return client;
}

static void create(const char *brokers, const char *topic, int partitions) {
  char error[512];
  rd_kafka_t *client = open_client(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), brokers);
  rd_kafka_NewTopic_t *wanted = rd_kafka_NewTopic_new(topic, partitions, 1, error, sizeof error);
  rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
  double start = now();
  rd_kafka_CreateTopics(client, &wanted, 1, NULL, queue);
  rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 60000);
  if (!event || rd_kafka_event_error(event)) die("create", event ? rd_kafka_event_error_string(event) : "no answer in 60 s");
  size_t count;
  const rd_kafka_topic_result_t **results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
  if (rd_kafka_topic_result_error(results[0])) die("create", rd_kafka_topic_result_error_string(results[0]));
  printf("{\"seconds\": %.6f}\n", now() - start);
  rd_kafka_event_destroy(event);
  rd_kafka_queue_destroy(queue);
  rd_kafka_NewTopic_destroy(wanted);
  rd_kafka_destroy(client);
}

// Text that compresses about as well as JSON logs do; the same for every run.
static void fill(char *payload, int size, unsigned seed) {
  static const char *words[] = {"order", "customer", "amount", "currency", "status", "accepted", "timestamp", "region", "\":\"", "\",\""};
  int at = 0;
  while (at < size) {
    seed = seed * 1103515245u + 12345u;
    char piece[32];
    int length = (seed >> 16) % 3 ? snprintf(piece, sizeof piece, "%s", words[(seed >> 18) % 10]) : snprintf(piece, sizeof piece, "%u", seed >> 8);
    if (length > size - at) length = size - at;
    memcpy(payload + at, piece, (size_t)length);
    at += length;
  }
}

static void send_one(rd_kafka_t *client, rd_kafka_topic_t *topic, int32_t partition, char *payload, int size) {
  while (rd_kafka_produce(topic, partition, RD_KAFKA_MSG_F_COPY, payload, (size_t)size, NULL, 0, NULL) != 0) {
    if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) die("produce", rd_kafka_err2str(rd_kafka_last_error()));
    rd_kafka_poll(client, 10);
  }
}

static rd_kafka_t *open_producer(const char *brokers, const char *codec, const char *linger) {
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "acks", "all");
  set(conf, "linger.ms", linger);
  set(conf, "compression.codec", codec);
  set(conf, "queue.buffering.max.messages", "1000000");
  set(conf, "queue.buffering.max.kbytes", "524288");
  rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  return open_client(RD_KAFKA_PRODUCER, conf, brokers);
}

static void finish(rd_kafka_t *client, int64_t count) {
  while (acknowledged + failed < count && rd_kafka_flush(client, 60000) == 0 && acknowledged + failed < count) {}
  if (acknowledged != count) die("produce", "not every record was acknowledged");
}

// To each of the partitions in turn, or where librdkafka's partitioner sends it when there are 0.
static void produce(const char *brokers, const char *name, int partitions, int64_t count, int size, const char *codec) {
  rd_kafka_t *client = open_producer(brokers, codec, "5");
  rd_kafka_topic_t *topic = rd_kafka_topic_new(client, name, NULL);
  enum { variants = 64 };
  char *payloads = malloc((size_t)variants * (size_t)size);
  for (int i = 0; i < variants; i++) fill(payloads + (size_t)i * (size_t)size, size, (unsigned)i + 1);
  for (int64_t i = -warm; i < count; i++) {
    if (i == 0) {
      if (warm) finish(client, warm);
      acknowledged = 0;
      begin();
    }
    int64_t variant = i < 0 ? -i : i;
    send_one(client, topic, partitions ? (int32_t)(variant % partitions) : RD_KAFKA_PARTITION_UA, payloads + (size_t)(variant % variants) * (size_t)size, size);
    if (i % 1000 == 0) rd_kafka_poll(client, 0);
  }
  finish(client, count);
  report(count, count * size);
  printf("}\n");
  rd_kafka_topic_destroy(topic);
  rd_kafka_destroy(client);
}

static void fetch(const char *brokers, const char *name, int partitions, int64_t count, int measured) {
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "fetch.message.max.bytes", "1048576");
  set(conf, "queued.min.messages", "1000000");
  set(conf, "fetch.wait.max.ms", "100");
  set(conf, "check.crcs", "false");
  begin();
  rd_kafka_t *client = open_client(RD_KAFKA_CONSUMER, conf, brokers);
  rd_kafka_topic_t *topic = rd_kafka_topic_new(client, name, NULL);
  rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
  for (int i = 0; i < partitions; i++) rd_kafka_consume_start_queue(topic, i, RD_KAFKA_OFFSET_BEGINNING, queue);
  enum { batch = 10000 };
  static rd_kafka_message_t *messages[batch];
  int64_t read = 0, bytes = 0;
  double idle_since = now();
  while (read < count) {
    ssize_t got = rd_kafka_consume_batch_queue(queue, 1000, messages, batch);
    for (ssize_t i = 0; i < got; i++) {
      if (!messages[i]->err) {
        read++;
        bytes += (int64_t)messages[i]->len;
      }
      rd_kafka_message_destroy(messages[i]);
    }
    if (got > 0) idle_since = now();
    if (now() - idle_since > 30) die("fetch", "nothing came for 30 s");
  }
  if (measured) {
    report(read, bytes);
    printf("}\n");
  }
  for (int i = 0; i < partitions; i++) rd_kafka_consume_stop(topic, i);
  rd_kafka_queue_destroy(queue);
  rd_kafka_topic_destroy(topic);
  rd_kafka_destroy(client);
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static void latency(const char *brokers, const char *name, int64_t count, int size, double rate) {
  if (size < 16) die("latency", "SIZE must be at least 16");
  rd_kafka_t *client = open_producer(brokers, "none", "0");
  rd_kafka_topic_t *topic = rd_kafka_topic_new(client, name, NULL);
  latencies = malloc((size_t)(count > warm ? count : warm) * sizeof *latencies);
  char *payload = malloc((size_t)size);
  fill(payload, size, 7);
  double start = now() + (double)warm / rate;
  for (int64_t i = -warm; i < count; i++) {
    if (i == 0) {
      if (warm) finish(client, warm);
      acknowledged = latency_count = 0;
      begin();
      start = now();
    }
    double due = start + (double)i / rate;
    for (double left = due - now(); left > 0; left = due - now()) rd_kafka_poll(client, left > 0.001 ? 1 : 0);
    double sent = now();
    memcpy(payload, &sent, sizeof sent);
    send_one(client, topic, RD_KAFKA_PARTITION_UA, payload, size);
    rd_kafka_poll(client, 0);
  }
  finish(client, count);
  report(count, count * size);
  qsort(latencies, (size_t)latency_count, sizeof *latencies, ascending);
  printf(", \"p50\": %.6f, \"p99\": %.6f, \"p999\": %.6f, \"max\": %.6f}\n", latencies[latency_count / 2],
         latencies[latency_count * 99 / 100], latencies[latency_count * 999 / 1000], latencies[latency_count - 1]);
  rd_kafka_topic_destroy(topic);
  rd_kafka_destroy(client);
}

int main(int argc, char **argv) {
  for (; argc > 2 && argv[1][0] == '-'; argc -= 2, argv += 2) {
    if (!strcmp(argv[1], "-w")) warm = atoll(argv[2]);
    else if (!strcmp(argv[1], "-X") && setting_count < 32) settings[setting_count++] = argv[2];
    else die(argv[1], "is no option");
  }
  if (argc == 5 && !strcmp(argv[1], "create")) create(argv[2], argv[3], atoi(argv[4]));
  else if (argc == 7 && !strcmp(argv[1], "produce")) produce(argv[2], argv[3], 0, atoll(argv[4]), atoi(argv[5]), argv[6]);
  else if (argc == 7 && !strcmp(argv[1], "spread")) produce(argv[2], argv[3], atoi(argv[4]), atoll(argv[5]), atoi(argv[6]), "none");
  else if (argc == 6 && !strcmp(argv[1], "fetch")) {
    if (warm) fetch(argv[2], argv[3], atoi(argv[4]), warm, 0);
    fetch(argv[2], argv[3], atoi(argv[4]), atoll(argv[5]), 1);
  }
  else if (argc == 7 && !strcmp(argv[1], "latency")) latency(argv[2], argv[3], atoll(argv[4]), atoi(argv[5]), atof(argv[6]));
  else {
    fprintf(stderr, "usage: load create|produce|spread|fetch|latency ... (see the head of load.c)\n");
    return 2;
  }
  return 0;
}
