// A crew's device made with MQTT.js: says what it hears on standard output, one JSON line each, and
// publishes what comes on standard input. What it is: JSON in CREW.
import {createRequire} from "node:module";
import {createInterface} from "node:readline";

const {url, username, password, topics, session, will} = JSON.parse(process.env.CREW);
const mqtt = createRequire(new URL("../../web/package.json", import.meta.url))("mqtt");
const tell = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

const client = mqtt.connect(url, {
	username,
	password,
	clientId: session ?? `t-${process.pid}`,
	clean: session === null,
	reconnectPeriod: 100,
	resubscribe: false,
	...(will && {will: {topic: will, payload: "offline", qos: 1, retain: true}}),
});
client.on("connect", ({sessionPresent}) => {
	// What a session has subscribed to is asked for once: to ask again would bring again what is kept.
	if (sessionPresent)
		tell({ready: true});
	else
		client.subscribe(topics, {qos: 1}, () => tell({ready: true}));
});
client.on("message", (topic, payload, {retain}) => tell({topic, retain, payload: payload.toString()}));
client.on("error", ({message}) => tell({error: message}));

createInterface({input: process.stdin})
	.on("line", (line) => {
		const {topic, payload, retain} = JSON.parse(line);
		client.publish(topic, payload, {qos: 1, retain}, () => tell({said: topic}));
	})
	.on("close", () => client.end());
