// Tells systemd how the service is doing (sd_notify(3), whose protocol is one datagram).
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_SERVICE_MANAGER_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_SERVICE_MANAGER_H_

#include <string>

namespace rhumb {

// Sends `state`, as in "READY=1", to $NOTIFY_SOCKET; does nothing when there is none.
void NotifyServiceManager(const std::string& state);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_SERVICE_MANAGER_H_
