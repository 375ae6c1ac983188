"""Writes six transactions of fifty records, every second one aborted, and one record outside of any.

usage: transactional_producer.py BOOTSTRAP TOPIC
"""
import sys

from confluent_kafka import Producer


def main():
    servers, topic = sys.argv[1:3]
    producer = Producer({"bootstrap.servers": servers, "transactional.id": "interop", "linger.ms": 0, "batch.num.messages": 20})
    producer.init_transactions(60)
    for transaction in range(6):
        producer.begin_transaction()
        for number in range(50):
            producer.produce(topic, key=str(number), value=f"t{transaction}-{number}", partition=0)
        producer.flush(60)
        if transaction % 2:
            producer.abort_transaction(60)
        else:
            producer.commit_transaction(60)
    plain = Producer({"bootstrap.servers": servers})
    plain.produce(topic, value="end", partition=0)
    if plain.flush(60):
        sys.exit("not everything was delivered")


if __name__ == "__main__":
    main()
