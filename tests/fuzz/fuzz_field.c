/* Any bytes as what a unit says, on each of its topics: what is taken is within its bounds and
 * says nothing that nobody said, what is refused can be told. The first byte is the topic. */
#include "fuzz.h"

#include "core/field.h"

static void check_position(const struct field_position *position)
{
	FUZZ_CHECK(position->lat_e7 >= -900000000 && position->lat_e7 <= 900000000);
	FUZZ_CHECK(position->lon_e7 >= -1800000000 && position->lon_e7 <= 1800000000);
	FUZZ_CHECK(position->accuracy_m >= -1 && position->speed_cms >= -1);
	FUZZ_CHECK(position->heading >= -1 && position->heading < 360);
}

static void check_word(const struct field_message *message)
{
	const struct field_word *word = &message->word;

	FUZZ_CHECK(memchr(word->key, '\0', sizeof(word->key)) != NULL);
	FUZZ_CHECK(memchr(word->text, '\0', sizeof(word->text)) != NULL);
	FUZZ_CHECK(word->incident_id[0] == '\0' || id_is(word->incident_id, 'I'));
	FUZZ_CHECK(word->dispatch_id[0] == '\0' || id_is(word->dispatch_id, 'D'));
	FUZZ_CHECK(word->receipt < FIELD_RECEIPTS);
	FUZZ_CHECK(message->leaf != FIELD_ACK || word->dispatch_id[0] != '\0');
	FUZZ_CHECK(message->leaf != FIELD_STATUS || word->status[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct field_message message;
	char unit[FIELD_UNIT_SIZE], *payload, *topic;
	enum field_leaf leaf;
	struct err err = {0};

	if (size == 0)
		return 0;
	payload = fuzz_piece(data + 1, size - 1);
	if (field_read(data[0] % FIELD_LEAVES, payload, size - 1, &message, &err) < 0) {
		fuzz_check_refusal(&err);
	} else if (message.leaf == FIELD_POSITION) {
		check_position(&message.position);
	} else {
		check_word(&message);
	}
	topic = strndup(payload, size - 1);
	if (field_read_topic("tangi", topic, unit, &leaf))
		FUZZ_CHECK(unit[0] != '\0' && strlen(unit) < FIELD_UNIT_SIZE &&
			   leaf < FIELD_LEAVES);
	free(topic);
	free(payload);
	return 0;
}
