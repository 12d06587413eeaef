/* SPDX-License-Identifier: Apache-2.0 */
/* Built against the frozen headers of ABI 1.0 in tests/abi/abi_1_0, and against nothing newer for ever: what a binary
 * of then does must keep working. Uses one service of each group. */
#include <string.h>

#include <tactus/plugin.h>

struct oldest {
  const struct tactus_host* host;
  uint64_t timer;
  uint64_t* ticks;
};

static void on_timer(void* user) {
  struct oldest* self = user;
  struct tactus_instant now;
  self->host->event(self->host, &now);
  ++*self->ticks;
  self->host->timer_start(self->host, now.monotonic_ns + 1000000000, on_timer, self, &self->timer);
}

static tactus_status create(const struct tactus_host* host, const struct tactus_config* config, void** instance,
                            struct tactus_error* error) {
  static struct oldest only; /* one instance is enough for a test */
  if (!TACTUS_COVERS(struct tactus_host, host, need) || config->record_count < 1) {
    strncpy(error->text, "the host is older than ABI 1.0", sizeof error->text - 1);
    return TACTUS_E_UNSUPPORTED;
  }
  only.host = host;
  only.ticks = host->drop_counter(host, "oldest", "ticks");
  host->log(host, TACTUS_LOG_INFO, "oldest plugin created");
  *instance = &only;
  return TACTUS_OK;
}
static tactus_status start(void* instance, struct tactus_error* error) {
  struct oldest* self = instance;
  struct tactus_instant now;
  (void)error;
  self->host->now(self->host, &now);
  return self->host->timer_start(self->host, now.monotonic_ns + 1000000000, on_timer, self, &self->timer);
}
static void destroy(void* instance) {
  struct oldest* self = instance;
  self->host->timer_stop(self->host, self->timer);
}
static void poll(void* instance) {
  struct oldest* self = instance;
  struct tactus_reading reading = {sizeof(struct tactus_reading), TACTUS_LEAP_NORMAL, 1000, 0.25, 1e-6, 1, 0};
  self->host->refclock_reading(self->host, &reading);
}

static const struct tactus_refclock_ops ops = {sizeof(struct tactus_refclock_ops), 0, create, start, destroy, poll};
static const struct tactus_provider providers[] = {
    {sizeof(struct tactus_provider), TACTUS_KIND_REFCLOCK, "oldest", "of ABI 1.0", 0, 0, 0, &ops}};
static const struct tactus_plugin plugin = {
    sizeof(struct tactus_plugin), 1, 0, 0, "oldest", "1.0", "Apache-2.0", "the oldest plugin", providers, 1, 0, 0};

TACTUS_EXPORT const struct tactus_plugin* tactus_plugin_entry(void);
TACTUS_EXPORT const struct tactus_plugin* tactus_plugin_entry(void) { return &plugin; }
