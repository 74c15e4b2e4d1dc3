Creator "somebody"
# a remark
graph [
  directed 0
  Network "Testnet"
  NetworkDate "2011"
  node [
    id 0
    label "Z&#252;rich &#34;HB&#34;"
    Longitude 8.55
    Latitude 47.37
    Internal 1
  ]
  node [
    id 1
    label "Gen&#232;ve"
    graphics [ x 1 y 2 ]
    pos 6.1
    pos 46.2
  ]
  edge [
    source 0
    target 1
    LinkLabel "2x10 Gbps"
    LinkNote "x"
  ]
  edge [
    source 1
    target 0
    LinkSpeed "155"
    LinkSpeedUnits "M"
    LinkSpeedRaw 155000000.0
  ]
]
