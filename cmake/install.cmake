# What a machine in service gets: cmake --install build/release (README.md, "In service"). The units
# name these places, so the prefix is /usr; DESTDIR makes a tree for another machine.

include(GNUInstallDirs)
set(TANGI_SHARE ${CMAKE_INSTALL_DATADIR}/tangi)

install(TARGETS tangi RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY build/web/ DESTINATION ${TANGI_SHARE}/web)
install(DIRECTORY config/cirebon DESTINATION ${TANGI_SHARE})
install(PROGRAMS config/mosquitto/provision.py DESTINATION ${TANGI_SHARE}/mosquitto)
install(FILES config/mosquitto/mosquitto.conf DESTINATION ${TANGI_SHARE}/mosquitto)
install(FILES config/haproxy/haproxy.cfg DESTINATION ${TANGI_SHARE})
install(DIRECTORY config/systemd/ DESTINATION lib/systemd/system)
install(FILES config/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/config)
install(FILES README.md bridge/api/openapi.yaml bridge/api/asyncapi.yaml
        DESTINATION ${CMAKE_INSTALL_DOCDIR})
