// Changes messages field by field, so that what is fuzzed stays a message.
#ifndef RHUMB_TESTS_FUZZ_MESSAGE_MUTATOR_H_
#define RHUMB_TESTS_FUZZ_MESSAGE_MUTATOR_H_

#include <google/protobuf/message.h>

#include <random>

namespace rhumb::testing {

// One to four changes: a field set, cleared, copied from elsewhere, elements added, repeated or
// removed. Values are the ones that break programs (NaN, 1e308, the ends of integers, unknown enum
// numbers) and the names that the seed network has, so that requests get past the first check.
// Texts are valid UTF-8, as they are when they come over the network.
void MutateMessage(google::protobuf::Message* message, std::minstd_rand* random);

// A part of `other`, of the same type, moved into `message`.
void CrossMessages(const google::protobuf::Message& other, google::protobuf::Message* message,
                   std::minstd_rand* random);

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_FUZZ_MESSAGE_MUTATOR_H_
