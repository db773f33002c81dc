"""librdkafka's side of the tests: librdkafka.py BOOTSTRAP COMMAND ARGUMENT…

A record is a line: headers (`name:value,…` or NO_HEADERS), key and value, with tabs between; `null` is null.
  write TOPIC CODEC                   every line of stdin, in order
  read TOPIC COUNT ISOLATION          prints so many records from the beginning
  transact TOPIC                      stdin is `begin`, `commit`, `abort` and records
  member TOPIC GROUP                  prints `assigned N` and records until stdin ends, then leaves the group
"""

import sys
import threading
import time

from confluent_kafka import Consumer, Producer


def field(text):
    return None if text == "null" else text.encode()


def produce(producer, topic, line):
    headers, key, value = line.rstrip("\n").split("\t")
    pairs = [] if headers == "NO_HEADERS" else [header.split(":", 1) for header in headers.split(",")]
    record = {"key": field(key), "value": field(value), "headers": [(name, field(value)) for name, value in pairs]}
    while True:
        try:
            producer.produce(topic, partition=0, on_delivery=check, **record)
            return
        except BufferError:
            producer.poll(1)


def check(error, _message):
    if error:
        sys.exit(f"not delivered: {error}")


def line(message):
    if message.error():
        sys.exit(f"not read: {message.error()}")
    text = lambda value: "null" if value is None else value.decode()
    headers = ",".join(f"{name}:{text(value)}" for name, value in message.headers() or [])
    return f"{headers or 'NO_HEADERS'}\t{text(message.key())}\t{text(message.value())}"


def write(bootstrap, topic, codec):
    producer = Producer({"bootstrap.servers": bootstrap, "compression.type": codec, "linger.ms": 100})
    for record in sys.stdin:
        produce(producer, topic, record)
    if producer.flush(60):
        sys.exit("records are left")


def read(bootstrap, topic, count, isolation):
    consumer = Consumer({
        "bootstrap.servers": bootstrap, "group.id": f"{topic}-reader", "auto.offset.reset": "earliest",
        "isolation.level": isolation, "enable.auto.commit": False, "check.crcs": True,
    })
    consumer.subscribe([topic])
    left, deadline = int(count), time.time() + 60
    while left and time.time() < deadline:
        for message in consumer.consume(min(left, 1000), 1):
            print(line(message))
            left -= 1
    for message in consumer.consume(1000, 1):  # one too many shows
        print(line(message))
    consumer.close()


def transact(bootstrap, topic):
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": f"{topic}-writer"})
    producer.init_transactions(60)
    commands = {
        "begin": producer.begin_transaction,
        "commit": lambda: producer.commit_transaction(60),
        # Flushed first: the records are in the log, and have to be passed over.
        "abort": lambda: (producer.flush(60), producer.abort_transaction(60)),
    }
    for record in sys.stdin:
        command = commands.get(record.strip())
        command() if command else produce(producer, topic, record)


def member(bootstrap, topic, group):
    consumer = Consumer({
        "bootstrap.servers": bootstrap, "group.id": group, "auto.offset.reset": "earliest",
        "partition.assignment.strategy": "range", "heartbeat.interval.ms": 200,
    })
    consumer.subscribe([topic], on_assign=lambda _, found: print(f"assigned {len(found)}", flush=True))
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    while not ended.is_set():
        message = consumer.poll(0.1)
        if message:
            print(line(message), flush=True)
    consumer.close()


if __name__ == "__main__":
    {"write": write, "read": read, "transact": transact, "member": member}[sys.argv[2]](sys.argv[1], *sys.argv[3:])
