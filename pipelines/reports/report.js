// Figures know nothing of the screen: what a narrow one and paper need is set here.
(function(){
  var root=document.documentElement,config={displayModeBar:false,responsive:true};
  function fit(spec,width){
    var layout=spec.layout;
    layout.autosize=true;
    if(layout.xaxis.nticks&&width<800){layout.xaxis.nticks=width<560?5:8;}
    if(width<560){
      layout.font.size=10;
      layout.legend.font={size:10};
      spec.data.forEach(function(trace){if(trace.mode==='text'){trace.textfont={size:8};}});
    }
    return spec;
  }
  function draw(language,width){
    root.lang=language;
    document.querySelectorAll('.plot').forEach(function(node){
      var source=document.getElementById(node.id+'-'+language);
      var spec=fit(JSON.parse(source.textContent),width||node.clientWidth);
      if(width){spec.layout.autosize=false;spec.layout.width=width;}
      Plotly.react(node,spec.data,spec.layout,config);
    });
  }
  function wanted(){return location.hash==='#en'?'en':'fr';}
  document.getElementById('language').addEventListener('click',function(){
    var next=root.lang==='fr'?'en':'fr';
    history.replaceState(null,'','#'+next);
    draw(next);
  });
  window.addEventListener('beforeprint',function(){draw(root.lang,700);});
  window.addEventListener('afterprint',function(){draw(root.lang);});
  draw(wanted());
})();
